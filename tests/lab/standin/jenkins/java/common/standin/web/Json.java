package standin.web;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Values to JSON text: maps, lists, texts, numbers, booleans, null. */
final class Json {
    private Json() {}

    static Map<String, Object> object(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }

    /** What a `tree=a,b[c,d]` parameter leaves; what has no such member is none the worse. */
    static Map<String, Object> tree(Map<String, Object> whole, String tree) {
        return tree == null ? whole : pruned(whole, Tree.parse(tree));
    }

    private static Map<String, Object> pruned(Map<?, ?> whole, Tree tree) {
        Map<String, Object> left = new LinkedHashMap<>();
        whole.forEach((key, value) -> {
            if (key.equals("_class")) {
                left.put("_class", value);
            } else if (tree.members().containsKey(key)) {
                left.put((String) key, below(value, tree.members().get(key)));
            }
        });
        return left;
    }

    private static Object below(Object value, Tree tree) {
        if (value instanceof Map<?, ?> map) {
            return pruned(map, tree);
        }
        return value instanceof List<?> list ? list.stream().map(one -> below(one, tree)).toList() : value;
    }

    static String text(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream().map(e -> quote(e.getKey().toString()) + ":" + text(e.getValue()))
                    .collect(Collectors.joining(",", "{", "}"));
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Json::text).collect(Collectors.joining(",", "[", "]"));
        }
        return value instanceof String string ? quote(string) : String.valueOf(value);
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            switch (c) {
                case '"', '\\' -> quoted.append('\\').append(c);
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> quoted.append(c < ' ' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
            }
        }
        return quoted.append('"').toString();
    }
}
