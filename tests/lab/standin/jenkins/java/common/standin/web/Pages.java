package standin.web;

import hudson.security.Permission;
import standin.agent.AgentListener;
import standin.http.Response;

/** The pages for people, and the one that tells agents their port. */
final class Pages {
    private Pages() {}

    static Response root(Exchange x) {
        return html(x, 200, "Dashboard [Jenkins]", "Welcome to the stand-in for Jenkins " + x.controller.version.text());
    }

    static Response login(Exchange x) {
        x.sessionId();
        return html(x, 200, "Sign in [Jenkins]", "<form method=\"post\" action=\"j_spring_security_check\">"
                + "<input name=\"j_username\"><input name=\"j_password\" type=\"password\"></form>");
    }

    static Response logout(Exchange x) {
        x.signOut();
        return Response.redirect(x.rootUrl());
    }

    static Response whoAmI(Exchange x) {
        return html(x, 200, "Who Am I? [Jenkins]", x.user());
    }

    static Response agentPort(Exchange x) {
        AgentListener listener = x.jenkins().getTcpSlaveAgentListener();
        if (listener == null) {
            return missing(x);
        }
        if (!x.path.endsWith("/")) {
            return Response.redirect(x.rootUrl() + "tcpSlaveAgentListener/");
        }
        String port = Integer.toString(listener.advertised());
        Response answer = Response.text(200, "\n  Jenkins\n").header("X-Hudson-JNLP-Port", port)
                .header("X-Jenkins-JNLP-Port", port);
        if (x.controller.version.legacy()) {
            return answer.header("X-Hudson-CLI-Port", port);
        }
        String host = System.getProperty("hudson.TcpSlaveAgentListener.hostName");
        if (host != null) {
            answer.header("X-Jenkins-JNLP-Host", host);
        }
        return answer.header("X-Jenkins-Agent-Protocols", "JNLP4-connect, Ping")
                .header("X-Remoting-Minimum-Version", "4.13");
    }

    static Response missing(Exchange x) {
        if (!x.may(Permission.READ)) {
            return Denied.page(x, Permission.READ);
        }
        return html(x, 404, "Not Found - Jenkins", "Not Found");
    }

    private static Response html(Exchange x, int status, String title, String content) {
        return x.advertise(Response.html(status, "<!DOCTYPE html><html><head data-rooturl=\""
                + x.controller.options.prefix() + "\"><title>" + title + "</title></head><body>" + content
                + "</body></html>"));
    }
}
