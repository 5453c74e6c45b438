package standin.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The parts of a `multipart/form-data` body, in their order. */
public record Multipart(String name, String fileName, byte[] content) {
    private static final Pattern PARAMETER = Pattern.compile("\\b(filename|name)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** Raises IllegalArgumentException for a body that is none. */
    public static List<Multipart> of(Request request) {
        String type = request.header("content-type");
        Matcher boundary = Pattern.compile("boundary=\"?([^\";]+)").matcher(type == null ? "" : type);
        if (type == null || !type.startsWith("multipart/form-data") || !boundary.find()) {
            throw new IllegalArgumentException("the request doesn't contain a multipart/form-data stream: " + type);
        }
        // one char a byte, so that positions in the text are positions in the body
        String body = new String(request.body(), StandardCharsets.ISO_8859_1);
        String mark = "--" + boundary.group(1);
        List<Multipart> parts = new ArrayList<>();
        int at = body.indexOf(mark);
        while (at >= 0 && !body.startsWith("--", at + mark.length())) {
            int head = at + mark.length() + 2;
            int blank = body.indexOf("\r\n\r\n", head);
            int end = body.indexOf("\r\n" + mark, blank);
            if (blank < 0 || end < 0) {
                throw new IllegalArgumentException("Stream ended unexpectedly");
            }
            parts.add(part(body.substring(head, blank), body.substring(Math.min(blank + 4, end), end)));
            at = end + 2;
        }
        return parts;
    }

    private static Multipart part(String head, String content) {
        String name = null;
        String fileName = null;
        Matcher found = PARAMETER.matcher(head);
        while (found.find()) {
            String value = new String(found.group(2).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            if (found.group(1).equals("name")) {
                name = value;
            } else {
                fileName = value;
            }
        }
        return new Multipart(name, fileName, content.getBytes(StandardCharsets.ISO_8859_1));
    }

    public String text() {
        return new String(content, StandardCharsets.UTF_8);
    }
}
