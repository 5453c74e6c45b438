package hudson;

import java.io.File;
import java.util.List;

/** Knows of no plugin but lends the class loader that sees what is bundled. */
public class PluginManager {
    public final ClassLoader uberClassLoader;
    public final File rootDir;

    public PluginManager(File rootDir, ClassLoader uberClassLoader) {
        this.rootDir = rootDir;
        this.uberClassLoader = uberClassLoader;
    }

    public List<Object> getPlugins() {
        return List.of();
    }

    public List<Object> getFailedPlugins() {
        return List.of();
    }

    public Object getPlugin(String shortName) {
        return null;
    }
}
