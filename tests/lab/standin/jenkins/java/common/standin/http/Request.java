package standin.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** One request as it came over the wire; header names are in lower case. */
public record Request(String method, String target, Map<String, String> headers, byte[] body, String remote) {

    /** The path, still encoded, without the query. */
    public String path() {
        int mark = target.indexOf('?');
        return mark < 0 ? target : target.substring(0, mark);
    }

    public String query() {
        int mark = target.indexOf('?');
        return mark < 0 ? "" : target.substring(mark + 1);
    }

    public String header(String name) {
        return headers.get(name.toLowerCase(java.util.Locale.ROOT));
    }

    /** Query parameters and those of a form body. */
    public Map<String, String> parameters() {
        Map<String, String> all = new LinkedHashMap<>();
        parse(query(), all);
        String type = header("content-type");
        if (type != null && type.startsWith("application/x-www-form-urlencoded")) {
            parse(new String(body, StandardCharsets.UTF_8), all);
        }
        return all;
    }

    public String cookie(String name) {
        String line = header("cookie");
        if (line == null) {
            return null;
        }
        for (String part : line.split(";")) {
            String[] pair = part.strip().split("=", 2);
            if (pair.length == 2 && pair[0].equals(name)) {
                return pair[1];
            }
        }
        return null;
    }

    private static void parse(String text, Map<String, String> into) {
        for (String part : text.split("&")) {
            if (!part.isEmpty()) {
                String[] pair = part.split("=", 2);
                into.putIfAbsent(decode(pair[0]), pair.length == 2 ? decode(pair[1]) : "");
            }
        }
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
