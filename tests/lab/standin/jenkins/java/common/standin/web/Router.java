package standin.web;

import hudson.security.Permission;
import java.util.Map;
import java.util.function.Function;
import standin.http.Response;

/** Which page answers which path, and what it takes to see it. */
final class Router {
    /** {@code needs} null: for everybody. */
    private record Route(Permission needs, Function<Exchange, Response> page) {}

    private static final Map<String, Route> ROUTES = Map.ofEntries(
            open("/login", Pages::login),
            open("/loginError", Pages::login),
            open("/logout", Pages::logout),
            open("/j_spring_security_check", SignIn::form),
            open("/j_acegi_security_check", SignIn::form),
            open("/whoAmI", Pages::whoAmI),
            open("/whoAmI/api/json", Api::whoAmI),
            open("/health", Api::health),
            open("/tcpSlaveAgentListener", Pages::agentPort),
            needs("/", Permission.READ, Pages::root),
            needs("/api/json", Permission.READ, Api::root),
            needs("/crumbIssuer/api/json", Permission.READ, Api::crumb),
            needs("/computer/api/json", Permission.READ, Api::computers),
            needs("/pluginManager/api/json", Permission.FULL_CONTROL, Plugins::list),
            needs("/pluginManager/uploadPlugin", Permission.FULL_CONTROL, Updates::upload),
            needs("/updateCenter/api/json", Permission.FULL_CONTROL, Updates::jobs),
            needs("/scriptText", Permission.FULL_CONTROL, Administration::scriptText),
            needs("/safeRestart", Permission.FULL_CONTROL, Administration::safeRestart),
            needs("/restart", Permission.FULL_CONTROL, Administration::restart),
            needs("/exit", Permission.FULL_CONTROL, Administration::exit));

    private Router() {}

    static Response route(Exchange x) {
        if (x.path.startsWith("/static/")) {
            return Response.text(200, "");
        }
        Route route = ROUTES.get(plain(x.path));
        Permission needs = route == null ? Permission.READ : route.needs;
        if (needs != null && !x.may(Permission.READ)) {
            return Denied.page(x, Permission.READ);
        }
        if (route == null) {
            return Plugins.page(x);
        }
        return needs == null || x.may(needs) ? route.page.apply(x) : Denied.page(x, needs);
    }

    private static String plain(String path) {
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private static Map.Entry<String, Route> open(String path, Function<Exchange, Response> page) {
        return Map.entry(path, new Route(null, page));
    }

    private static Map.Entry<String, Route> needs(String path, Permission needs, Function<Exchange, Response> page) {
        return Map.entry(path, new Route(needs, page));
    }
}
