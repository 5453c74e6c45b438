package standin.web;

import standin.Log;
import standin.boot.Knobs;
import standin.http.Response;

/** The pages of a Jenkins that is not there yet, not there any more, or that will never be. */
final class Waiting {
    private static final String ASSET = "/static/";

    private Waiting() {}

    /** Old cores name version and session on this page; current ones render it without. */
    static Response loading(Exchange x) {
        boolean legacy = x.controller.version.legacy();
        if (legacy && x.path.startsWith(ASSET)) {
            return Response.text(200, "");
        }
        Response page = page("Starting Jenkins", "Please wait while Jenkins is getting ready to work");
        if (legacy) {
            x.sessionId();
        }
        return Knobs.loadingHeaders(legacy) ? x.advertise(page) : page;
    }

    static Response restarting(Exchange x) {
        Response page = page("Restarting Jenkins", "Please wait while Jenkins is restarting");
        return Knobs.loadingHeaders(x.controller.version.legacy()) ? x.advertise(page) : page;
    }

    /** After a failed boot that did not end the JVM: no headers at all, and 404 at the root. */
    static Response failed(Exchange x) {
        if (x.path.startsWith(ASSET)) {
            return Response.text(200, "");
        }
        if (x.path.equals("/")) {
            return Response.html(404, "<html><body>java.lang.NullPointerException</body></html>");
        }
        return Response.html(503, "<html><body><h1>Error</h1><pre>" + Log.trace(x.controller.failure())
                + "</pre></body></html>");
    }

    /** What the servlet container says where no Jenkins is: outside the prefix. */
    static Response bareNotFound(String path) {
        return Response.html(404, "<html><body><h2>HTTP ERROR 404 Not Found</h2><p>" + path.replace("<", "&lt;")
                + "</p></body></html>");
    }

    private static Response page(String title, String text) {
        return Response.html(503, "<!DOCTYPE html><html><head><title>" + title + "</title></head><body><h1>" + text
                + "</h1></body></html>").header("Expires", "0")
                .header("Cache-Control", "no-cache,no-store,must-revalidate");
    }
}
