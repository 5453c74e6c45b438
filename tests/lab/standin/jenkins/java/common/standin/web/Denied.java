package standin.web;

import hudson.security.Permission;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import standin.http.Response;

/** 403 with the headers that say why; for the anonymous it leads on to the sign-in form. */
final class Denied {
    private Denied() {}

    static Response page(Exchange x, Permission needs) {
        Response answer = x.advertise(Response.html(403, body(x, needs)));
        answer.header("X-You-Are-Authenticated-As", x.user());
        if (!x.controller.version.legacy()) {
            answer.header("X-You-Are-In-Group-Disabled", "JENKINS-39402: use"
                    + " -Dhudson.security.AccessDeniedException2.REPORT_GROUP_HEADERS=true or use /whoAmI to diagnose");
        }
        answer.header("X-Required-Permission", needs.getId());
        for (Permission p = needs.impliedBy; p != null; p = p.impliedBy) {
            answer.header("X-Permission-Implied-By", p.getId());
        }
        return answer;
    }

    private static String body(Exchange x, Permission needs) {
        if (!x.anonymous()) {
            return "<html><body><h1>Access Denied</h1><p>" + x.user() + " is missing " + needs.getId()
                    + "</p></body></html>";
        }
        String from = URLEncoder.encode(x.request.target(), StandardCharsets.UTF_8);
        return "<html><head><meta http-equiv='refresh' content='1;url=" + x.controller.options.prefix()
                + "/login?from=" + from + "'/></head><body>Authentication required<!--\nYou are authenticated as: "
                + x.user() + "\nPermission you need to have (but didn't): " + needs.getId() + "\n--></body></html>";
    }
}
