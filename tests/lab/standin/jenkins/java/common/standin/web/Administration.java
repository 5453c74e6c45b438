package standin.web;

import standin.Log;
import standin.boot.Pause;
import standin.http.Response;
import standin.script.Console;

/** What only the administrator may do: run a script, restart, exit. */
final class Administration {
    private Administration() {}

    static Response scriptText(Exchange x) {
        if (!x.request.method().equals("POST")) {
            return x.advertise(Response.html(405, "<html><body>POST is required</body></html>"));
        }
        String script = x.request.parameters().get("script");
        ClassLoader loader = x.jenkins().getPluginManager().uberClassLoader;
        return Response.text(200, script == null ? "" : Console.run(script, loader));
    }

    static Response safeRestart(Exchange x) {
        return restart(x, 10);
    }

    static Response restart(Exchange x) {
        return restart(x, 5);
    }

    static Response exit(Exchange x) {
        if (!x.request.method().equals("POST")) {
            return x.advertise(Response.html(405, "<html><body>POST is required</body></html>"));
        }
        Log.info("hudson.lifecycle.Lifecycle", "onStop", "Stopping Jenkins as requested by " + x.user());
        new Thread(() -> {
            Pause.seconds(0.1); // the answer goes out first
            System.exit(0);
        }, "exit thread").start();
        return Response.text(200, "Shutting down\n");
    }

    private static Response restart(Exchange x, int announced) {
        if (x.request.method().equals("POST")) {
            x.controller.restart(x.user(), announced);
            return Response.redirect(x.rootUrl());
        }
        return x.advertise(Response.html(200, "<html><body><form method=\"post\">Are you sure?</form></body></html>"));
    }
}
