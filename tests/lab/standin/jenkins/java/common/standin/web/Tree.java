package standin.web;

import java.util.LinkedHashMap;
import java.util.Map;

/** The value of a `tree` parameter: names, each with what is wanted below it. */
record Tree(Map<String, Tree> members) {

    static Tree parse(String text) {
        return new Parser(text).members();
    }

    private static final class Parser {
        private final String text;
        private int at;

        Parser(String text) {
            this.text = text;
        }

        Tree members() {
            Map<String, Tree> found = new LinkedHashMap<>();
            while (at < text.length() && text.charAt(at) != ']') {
                int from = at;
                while (at < text.length() && ",[]".indexOf(text.charAt(at)) < 0) {
                    at++;
                }
                String name = text.substring(from, at);
                found.put(name, below());
                if (at < text.length() && text.charAt(at) == ',') {
                    at++;
                }
            }
            return new Tree(found);
        }

        private Tree below() {
            if (at == text.length() || text.charAt(at) != '[') {
                return new Tree(Map.of());
            }
            at++;
            Tree inside = members();
            if (at == text.length()) {
                throw new IllegalArgumentException("Failed to parse the tree: " + text);
            }
            at++;
            return inside;
        }
    }
}
