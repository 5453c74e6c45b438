package standin.home;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The little of XML that our own files need; no parser, since loading one would double the boot time. */
public final class Xml {
    private Xml() {}

    public static String element(String name, Object content) {
        return "<" + name + ">" + escape(String.valueOf(content)) + "</" + name + ">\n";
    }

    /** The text of the first such element, null where there is none. */
    public static String text(String xml, String name) {
        List<String> all = texts(xml, name);
        return all.isEmpty() ? null : all.get(0);
    }

    public static List<String> texts(String xml, String name) {
        List<String> found = new ArrayList<>();
        Matcher m = Pattern.compile("<" + name + ">([^<]*)</" + name + ">").matcher(xml);
        while (m.find()) {
            found.add(unescape(m.group(1)));
        }
        return found;
    }

    /** The `class` attribute and content of the first such element, null where there is none. */
    public static String[] typed(String xml, String name) {
        Matcher m = Pattern.compile("<" + name + " class=\"([^\"]+)\"(?:/>|>(.*?)</" + name + ">)", Pattern.DOTALL)
                .matcher(xml);
        return m.find() ? new String[] {m.group(1), m.group(2) == null ? "" : m.group(2)} : null;
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    static String unescape(String text) {
        return text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    }
}
