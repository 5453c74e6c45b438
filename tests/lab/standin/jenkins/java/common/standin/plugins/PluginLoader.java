package standin.plugins;

import java.net.URL;
import java.net.URLClassLoader;

/** The classes of one plugin. */
final class PluginLoader extends URLClassLoader {
    static {
        registerAsParallelCapable();
    }

    PluginLoader(URL[] urls, ClassLoader parent) {
        super(urls, parent);
    }
}
