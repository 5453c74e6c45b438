package standin.web;

import hudson.model.Hudson;
import hudson.security.AuthorizationStrategy;
import hudson.security.Permission;
import standin.boot.Controller;
import standin.http.Request;
import standin.http.Response;
import standin.model.JenkinsBase;

/** One request on its way: where it goes below the prefix, who sends it, in which session. */
public final class Exchange {
    public final Controller controller;
    public final Request request;
    public final String path;
    private final Sessions sessions;
    private String user = AuthorizationStrategy.ANONYMOUS;
    private boolean byToken;
    private Sessions.Session session;
    private boolean freshSession;

    Exchange(Controller controller, Request request, String path, Sessions sessions) {
        this.controller = controller;
        this.request = request;
        this.path = path;
        this.sessions = sessions;
        this.session = sessions.of(request);
        if (session != null && session.user != null) {
            user = session.user;
        }
    }

    public Hudson jenkins() {
        return JenkinsBase.current();
    }

    public String user() {
        return user;
    }

    public boolean anonymous() {
        return user.equals(AuthorizationStrategy.ANONYMOUS);
    }

    public boolean byToken() {
        return byToken;
    }

    public void authenticated(String name, boolean withToken) {
        user = name;
        byToken = withToken;
    }

    public boolean may(Permission permission) {
        return jenkins().standinAllows(user, permission);
    }

    /** The session's id; a session begins when it is first asked for. */
    public String sessionId() {
        if (session == null) {
            session = sessions.begin(null);
            freshSession = true;
        }
        return session.id;
    }

    /** Begin a session in which this user is signed in. */
    public void signIn(String name) {
        session = sessions.begin(name);
        freshSession = true;
        user = name;
    }

    public void signOut() {
        sessions.end(session);
        session = null;
        user = AuthorizationStrategy.ANONYMOUS;
    }

    /** The root as the client sees it, with a slash at its end. */
    public String rootUrl() {
        String host = request.header("host");
        return "http://" + (host == null ? "localhost" : host) + controller.options.prefix() + "/";
    }

    Response finish(Response answer) {
        return freshSession ? answer.header("Set-Cookie", sessions.cookie(session)) : answer;
    }

    /** Who answers, as Jenkins' pages and its API say it. */
    public Response advertise(Response answer) {
        return answer.header("X-Hudson", "1.395").header("X-Jenkins", controller.version.text())
                .header("X-Jenkins-Session", controller.session);
    }
}
