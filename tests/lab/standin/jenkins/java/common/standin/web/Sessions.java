package standin.web;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import standin.home.Files2;
import standin.http.Request;

/** HTTP sessions, gone with the JVM's life; the cookie's name is this boot's own, as Winstone has it. */
final class Sessions {
    private final Map<String, Session> all = new ConcurrentHashMap<>();
    private final String cookieName = "JSESSIONID." + Files2.randomHex(4);
    private final String path;

    Sessions(String prefix) {
        this.path = prefix.isEmpty() ? "/" : prefix;
    }

    /** A session; {@code user} is null while nobody is signed in. */
    static final class Session {
        final String id = "node0" + Files2.randomHex(12) + ".node0";
        final String user;

        Session(String user) {
            this.user = user;
        }
    }

    Session of(Request request) {
        String id = request.cookie(cookieName);
        return id == null ? null : all.get(id);
    }

    Session begin(String user) {
        Session session = new Session(user);
        all.put(session.id, session);
        return session;
    }

    void end(Session session) {
        if (session != null) {
            all.remove(session.id);
        }
    }

    String cookie(Session session) {
        return cookieName + "=" + session.id + "; Path=" + path + "; HttpOnly";
    }
}
