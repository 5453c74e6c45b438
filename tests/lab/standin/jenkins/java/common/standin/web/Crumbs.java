package standin.web;

import hudson.security.csrf.CrumbIssuer;
import java.util.Set;
import standin.Log;
import standin.http.Response;

/** Every POST must carry the crumb, but for those that sign in and, on current cores, those with an API token. */
final class Crumbs {
    private static final Set<String> EXEMPT = Set.of("/j_spring_security_check", "/j_acegi_security_check");

    private Crumbs() {}

    /** A refusal, or null where the request may go on. */
    static Response check(Exchange x) {
        CrumbIssuer issuer = x.jenkins().getCrumbIssuer();
        boolean legacy = x.controller.version.legacy();
        if (issuer == null || !x.request.method().equals("POST") || EXEMPT.contains(x.path)
                || !legacy && x.byToken() || legacy && multipart(x)) {
            return null;
        }
        String given = x.request.header(issuer.getCrumbRequestField());
        if (given == null) {
            given = x.request.parameters().get(issuer.getCrumbRequestField());
        }
        if (given != null && given.equals(of(x, issuer))) {
            return null;
        }
        Log.warning("hudson.security.csrf.CrumbFilter", "doFilter", "No valid crumb was included in request for "
                + x.request.path() + " by " + x.user() + ". Returning 403.", null);
        return Response.html(403, "<html><head><title>Error 403 No valid crumb was included in the request</title>"
                + "</head><body><h2>HTTP ERROR 403 No valid crumb was included in the request</h2></body></html>");
    }

    static String of(Exchange x, CrumbIssuer issuer) {
        return issuer.standinCrumb(x.user(), x.controller.version.legacy() ? "" : x.sessionId(), x.request.remote());
    }

    private static boolean multipart(Exchange x) {
        String type = x.request.header("content-type");
        return type != null && type.startsWith("multipart/form-data");
    }
}
