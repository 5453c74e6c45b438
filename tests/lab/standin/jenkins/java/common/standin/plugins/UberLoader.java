package standin.plugins;

import hudson.PluginWrapper;
import java.net.URL;
import java.util.List;

/** Sees core and every active plugin. */
public final class UberLoader extends ClassLoader {
    private final List<PluginWrapper> active;

    public UberLoader(ClassLoader core, List<PluginWrapper> active) {
        super("uber", core);
        this.active = active;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        for (PluginWrapper plugin : active) {
            try {
                return plugin.classLoader.loadClass(name);
            } catch (ClassNotFoundException elsewhere) {
                continue;
            }
        }
        throw new ClassNotFoundException(name);
    }

    @Override
    protected URL findResource(String name) {
        return active.stream().map(plugin -> plugin.classLoader.findResource(name)).filter(url -> url != null)
                .findFirst().orElse(null);
    }
}
