package standin.plugins;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.kohsuke.stapler.MetaClass;
import org.xml.sax.SAXException;

/** The views of an object: files named after its class, read through the class's loader and kept, as Stapler does. */
public final class Views {
    private record Key(Class<?> type, String name) {}

    /** What is not there is kept, too. */
    private record Kept(Template template) {}

    private static final Map<Key, Kept> SCRIPTS = new ConcurrentHashMap<>();

    private Views() {}

    /** The page, null where the object has no such view; a broken view is an exception that says where. */
    public static String render(Object it, String name) throws IOException, SAXException {
        Key key = new Key(it.getClass(), name);
        Kept kept = MetaClass.NO_CACHE ? null : SCRIPTS.get(key);
        if (kept == null) {
            kept = new Kept(load(it.getClass(), name));
            if (!MetaClass.NO_CACHE) {
                SCRIPTS.put(key, kept);
            }
        }
        return kept.template == null ? null : kept.template.render(it);
    }

    /** Forget all that was read. */
    public static void clear() {
        SCRIPTS.clear();
    }

    private static Template load(Class<?> type, String name) throws IOException, SAXException {
        for (Class<?> one = type; one != null && one != Object.class; one = one.getSuperclass()) {
            String path = one.getName().replace('.', '/').replace('$', '/') + "/" + name + ".jelly";
            URL found = one.getClassLoader().getResource(path);
            if (found != null) {
                return check(found);
            }
        }
        return null;
    }

    /** Read a view; a broken one is an exception that says where. */
    public static Template check(URL source) throws IOException, SAXException {
        URLConnection connection = source.openConnection();
        connection.setUseCaches(false);
        try (InputStream in = connection.getInputStream()) {
            return Template.parse(in, source.toString());
        }
    }
}
