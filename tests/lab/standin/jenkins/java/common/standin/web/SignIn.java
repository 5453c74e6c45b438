package standin.web;

import hudson.model.User;
import hudson.security.SecurityRealm;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import standin.http.Response;
import standin.model.JenkinsBase;

/** HTTP basic authentication with a password or an API token, and the sign-in form. */
final class SignIn {
    private SignIn() {}

    /** Find out who asks; a wrong password or token is an answer of its own (401), else null. */
    static Response identify(Exchange x) {
        String header = x.request.header("authorization");
        JenkinsBase jenkins = x.jenkins();
        if (header == null || !header.regionMatches(true, 0, "Basic ", 0, 6) || !jenkins.isUseSecurity()
                || jenkins.getSecurityRealm() == SecurityRealm.NO_AUTHENTICATION) {
            return null;
        }
        String[] pair = decode(header.substring(6).strip()).split(":", 2);
        if (pair.length < 2) {
            return unauthorized(x, "Malformed HTTP basic Authorization header");
        }
        User user = User.get(pair[0], false);
        if (user != null && user.standinToken().matchesPassword(pair[1])) {
            x.authenticated(user.getId(), true);
            return null;
        }
        if (jenkins.getSecurityRealm().standinAccepts(pair[0], pair[1])) {
            x.authenticated(user == null ? pair[0] : user.getId(), false);
            return null;
        }
        return unauthorized(x, "Invalid password/token for user: " + pair[0]);
    }

    /** POST /j_spring_security_check: a session for the user, else back to the form. */
    static Response form(Exchange x) {
        Map<String, String> form = x.request.parameters();
        String name = form.getOrDefault("j_username", "");
        if (!x.jenkins().getSecurityRealm().standinAccepts(name, form.getOrDefault("j_password", ""))) {
            return Response.redirect(x.rootUrl() + "loginError");
        }
        x.signIn(name);
        String from = form.getOrDefault("from", "");
        return Response.redirect(x.rootUrl() + (from.startsWith("/") ? from.substring(1) : ""));
    }

    private static Response unauthorized(Exchange x, String reason) {
        String shown = x.controller.version.legacy() ? reason : "Unauthorized";
        return Response.html(401, "<html><head><title>Error 401 " + shown + "</title></head><body><h2>HTTP ERROR 401 "
                + shown + "</h2></body></html>").reason(shown).header("WWW-Authenticate", "Basic realm=\"Jenkins\"");
    }

    private static String decode(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
