package standin.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An answer: status line, headers in order, body. */
public final class Response {
    private static final Map<Integer, String> REASONS = Map.of(
            200, "OK", 302, "Found", 400, "Bad Request", 401, "Unauthorized", 403, "Forbidden", 404, "Not Found",
            405, "Method Not Allowed", 500, "Server Error", 503, "Service Unavailable");

    public final int status;
    private final List<String> lines = new ArrayList<>();
    private String reason;
    private byte[] body = {};

    public Response(int status) {
        this.status = status;
        this.reason = REASONS.getOrDefault(status, "Unknown");
    }

    public static Response html(int status, String html) {
        return new Response(status).header("Content-Type", "text/html;charset=UTF-8").body(html);
    }

    public static Response text(int status, String text) {
        return new Response(status).header("Content-Type", "text/plain;charset=UTF-8").body(text);
    }

    public static Response json(int status, String json) {
        return new Response(status).header("Content-Type", "application/json;charset=utf-8").body(json);
    }

    public static Response redirect(String location) {
        return new Response(302).header("Location", location);
    }

    public Response reason(String words) {
        reason = words;
        return this;
    }

    public Response header(String name, String value) {
        lines.add(name + ": " + value);
        return this;
    }

    public Response body(String text) {
        body = text.getBytes(StandardCharsets.UTF_8);
        return this;
    }

    public Response body(byte[] bytes) {
        body = bytes.clone();
        return this;
    }

    void write(OutputStream out, boolean withBody, boolean close) throws IOException {
        StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append(' ').append(reason).append("\r\n");
        head.append("X-Content-Type-Options: nosniff\r\n");
        lines.forEach(line -> head.append(line).append("\r\n"));
        head.append("Content-Length: ").append(body.length).append("\r\nServer: Jetty(standin)\r\n");
        if (close) {
            head.append("Connection: close\r\n");
        }
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        if (withBody) {
            out.write(body);
        }
        out.flush();
    }
}
