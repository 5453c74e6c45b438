package standin.web;

import java.util.function.Function;
import standin.Log;
import standin.boot.Controller;
import standin.http.Request;
import standin.http.Response;
import standin.model.JenkinsBase;

/** The filters in front of the pages: prefix, phase, who, crumb. */
public final class Front implements Function<Request, Response> {
    private final Controller controller;
    private final Sessions sessions;

    public Front(Controller controller) {
        this.controller = controller;
        this.sessions = new Sessions(controller.options.prefix());
    }

    @Override
    public Response apply(Request request) {
        String prefix = controller.options.prefix();
        String path = request.path();
        if (!prefix.isEmpty() && path.equals(prefix)) {
            return Response.redirect(prefix + "/");
        }
        if (!path.startsWith(prefix + "/")) {
            return Waiting.bareNotFound(path);
        }
        Exchange exchange = new Exchange(controller, request, path.substring(prefix.length()), sessions);
        try {
            return exchange.finish(answer(exchange));
        } catch (RuntimeException e) {
            Log.warning("org.eclipse.jetty.server.HttpChannel", "handleException", path, e);
            return Response.html(500, "<html><h1>Oops!</h1><pre>" + Log.trace(e) + "</pre></html>");
        }
    }

    private Response answer(Exchange exchange) {
        if (controller.phase() == Controller.Phase.FAILED) {
            return Waiting.failed(exchange);
        }
        if (JenkinsBase.current() != null) {
            Response refused = SignIn.identify(exchange); // also while loading: an early realm refuses early
            if (refused != null) {
                return refused;
            }
        }
        return switch (controller.phase()) {
            case LOADING -> Waiting.loading(exchange);
            case RESTARTING -> Waiting.restarting(exchange);
            default -> {
                Response refused = Crumbs.check(exchange);
                yield refused != null ? refused : Router.route(exchange);
            }
        };
    }
}
