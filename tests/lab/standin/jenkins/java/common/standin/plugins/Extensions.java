package standin.plugins;

import hudson.PluginWrapper;
import hudson.model.RootAction;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import standin.Log;

/** What plugins add, by the index that the annotation processor wrote into their jars. */
public final class Extensions {
    private static final String INDEX = "META-INF/annotations/hudson.Extension.txt";
    private static volatile Map<PluginWrapper, List<RootAction>> found = Map.of();

    private Extensions() {}

    /** Look for those of plugins that are new; what is there stays. */
    public static synchronized void refresh(List<PluginWrapper> active) {
        Map<PluginWrapper, List<RootAction>> fresh = new LinkedHashMap<>();
        for (PluginWrapper plugin : active) {
            List<RootAction> known = found.get(plugin);
            fresh.put(plugin, known != null ? known : actions(plugin));
        }
        found = fresh;
    }

    public static List<RootAction> actions() {
        return found.values().stream().flatMap(List::stream).toList();
    }

    private static List<RootAction> actions(PluginWrapper plugin) {
        List<RootAction> made = new ArrayList<>();
        try {
            for (URL index : Collections.list(plugin.classLoader.findResources(INDEX))) {
                names(index).stream().map(name -> make(plugin, name)).filter(RootAction.class::isInstance)
                        .map(RootAction.class::cast).forEach(made::add);
            }
        } catch (IOException e) {
            Log.warning("hudson.ExtensionFinder$Sezpoz", "find", "Failed to read the index of " + plugin, e);
        }
        return made;
    }

    private static List<String> names(URL index) throws IOException {
        var connection = index.openConnection();
        connection.setUseCaches(false);
        try (var in = new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
            return in.lines().map(line -> line.replaceFirst("[{#].*", "").strip()).filter(line -> !line.isEmpty())
                    .distinct().toList();
        }
    }

    private static Object make(PluginWrapper plugin, String name) {
        try {
            return plugin.classLoader.loadClass(name).getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException | LinkageError e) {
            Log.warning("hudson.ExtensionFinder$Sezpoz", "scout", "Failed to load " + name, e);
            return null;
        }
    }
}
