package standin.plugins;

import hudson.PluginManager;
import hudson.PluginWrapper;
import java.net.URL;
import java.util.List;

/** Core first, then the plugins that one depends on. */
final class DependencyLoader extends ClassLoader {
    private final List<PluginWrapper.Dependency> needs;
    private final PluginManager manager;

    DependencyLoader(List<PluginWrapper.Dependency> needs, PluginManager manager) {
        super(PluginManager.class.getClassLoader());
        this.needs = needs;
        this.manager = manager;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        for (PluginWrapper.Dependency need : needs) {
            PluginWrapper there = manager.getPlugin(need.shortName);
            if (there != null) {
                try {
                    return there.classLoader.loadClass(name);
                } catch (ClassNotFoundException elsewhere) {
                    continue;
                }
            }
        }
        throw new ClassNotFoundException(name);
    }

    @Override
    protected URL findResource(String name) {
        for (PluginWrapper.Dependency need : needs) {
            PluginWrapper there = manager.getPlugin(need.shortName);
            URL found = there == null ? null : there.classLoader.getResource(name);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
