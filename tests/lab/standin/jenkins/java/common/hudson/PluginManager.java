package hudson;

import hudson.model.RootAction;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import standin.Log;
import standin.Version;
import standin.plugins.Archive;
import standin.plugins.Bundled;
import standin.plugins.Extensions;
import standin.plugins.UberLoader;

/** Finds the plugins of a home, loads them in the order of their dependencies, and new ones while Jenkins runs. */
public class PluginManager {
    private static final String SOURCE = "hudson.PluginManager";
    private static final String[] ORDER = {".jpl", ".hpl", ".jpi", ".hpi"};

    public final File rootDir;
    public final ClassLoader uberClassLoader;
    private final Version version;
    private final List<PluginWrapper> plugins = new CopyOnWriteArrayList<>();
    private final List<PluginWrapper> activePlugins = new CopyOnWriteArrayList<>();
    private final List<FailedPlugin> failedPlugins = new CopyOnWriteArrayList<>();

    /** A plugin that could not be loaded, by its short name (or its file's, where that is not known), and why. */
    public static final class FailedPlugin {
        public final String name;
        public final Exception cause;

        FailedPlugin(String name, Exception cause) {
            this.name = name;
            this.cause = cause;
        }

        public String getExceptionString() {
            return Log.trace(cause);
        }
    }

    public PluginManager(File rootDir, Version version) {
        this.rootDir = rootDir;
        this.version = version;
        this.uberClassLoader = new UberLoader(PluginManager.class.getClassLoader(), activePlugins);
    }

    Version version() {
        return version;
    }

    public List<PluginWrapper> getPlugins() {
        return new ArrayList<>(plugins);
    }

    public List<PluginWrapper> getActivePlugins() {
        return new ArrayList<>(activePlugins);
    }

    public List<FailedPlugin> getFailedPlugins() {
        return new ArrayList<>(failedPlugins);
    }

    public PluginWrapper getPlugin(String shortName) {
        return plugins.stream().filter(one -> one.getShortName().equals(shortName)).findFirst().orElse(null);
    }

    /** Look at every archive: the first of a short name wins, in the order .jpl, .hpl, .jpi, .hpi. */
    public void standinList() throws IOException {
        Set<String> bundled = Bundled.copy(rootDir);
        Map<String, File> seen = new HashMap<>();
        for (String extension : ORDER) {
            File[] archives = rootDir.listFiles(file -> file.isFile() && file.getName().endsWith(extension));
            List<File> inOrder = new ArrayList<>(List.of(archives == null ? new File[0] : archives));
            inOrder.sort(Comparator.comparingInt((File one) -> one.getName().length()).thenComparing(File::getName));
            for (File archive : inOrder) {
                inspect(archive, seen, bundled);
            }
        }
    }

    private void inspect(File archive, Map<String, File> seen, Set<String> bundled) {
        try {
            PluginWrapper found = create(archive);
            File first = seen.putIfAbsent(found.getShortName(), archive);
            if (first != null) {
                Log.info(SOURCE + "$1$3$1", "isDuplicate",
                        "Ignoring " + archive + " because " + first + " is already loaded");
                return;
            }
            found.bundled = bundled.contains(archive.getName());
            plugins.add(found);
        } catch (IOException | RuntimeException e) {
            failedPlugins.add(new FailedPlugin(archive.getName(), e));
            failed("Failed Inspecting plugin " + archive, e);
        }
    }

    private PluginWrapper create(File archive) throws IOException {
        Archive read = Archive.of(archive);
        return new PluginWrapper(this, archive, read.manifest(), read.resources(), read.loader(this));
    }

    /** Start what was listed, each after what it depends on. */
    public void standinLoad() {
        plugins.stream().filter(PluginWrapper::isActive).forEach(activePlugins::add);
        for (PluginWrapper one : sorted()) {
            try {
                one.resolvePluginDependencies();
                one.load();
            } catch (IOException | RuntimeException e) {
                drop(one, e);
                failed(version.legacy() ? "Failed Loading plugin " + one.getShortName() : "Failed Loading plugin "
                        + one.getLongName() + " v" + one.getVersion() + " (" + one.getShortName() + ")", e);
            }
        }
    }

    /** Tell them that all are there. */
    public void standinInitialize() {
        for (PluginWrapper one : getActivePlugins()) {
            try {
                one.getPlugin().postInitialize();
            } catch (Exception e) {
                drop(one, e);
                failed("Failed Initializing plugin " + one.getShortName(), e);
            }
        }
        Extensions.refresh(activePlugins);
    }

    private List<PluginWrapper> sorted() {
        Set<PluginWrapper> order = new LinkedHashSet<>();
        for (PluginWrapper one : activePlugins) {
            visit(one, order, new LinkedHashSet<>());
        }
        return new ArrayList<>(order);
    }

    private void visit(PluginWrapper one, Set<PluginWrapper> order, Set<PluginWrapper> way) {
        if (order.contains(one) || !way.add(one)) {
            return;
        }
        for (var needs : List.of(one.getDependencies(), one.getOptionalDependencies())) {
            for (PluginWrapper.Dependency need : needs) {
                PluginWrapper there = getPlugin(need.shortName);
                if (there != null && there.isActive()) {
                    visit(there, order, way);
                }
            }
        }
        order.add(one);
    }

    private void drop(PluginWrapper one, Exception cause) {
        failedPlugins.add(new FailedPlugin(one.getShortName(), cause));
        activePlugins.remove(one);
        plugins.remove(one);
        one.release();
    }

    private static void failed(String what, Exception cause) {
        Log.severe("jenkins.InitReactorRunner$1", "onTaskFailed", what, cause);
    }

    /** Load an archive into the running Jenkins, which works once for each plugin. */
    public void dynamicLoad(File archive) throws IOException, InterruptedException, RestartRequiredException {
        Log.info(SOURCE, "dynamicLoad", "Attempting to dynamic load " + archive);
        String name = Archive.shortName(archive);
        if (getPlugin(name) != null) {
            throw new RestartRequiredException(name + " plugin is already installed. Jenkins needs to be restarted for"
                    + " the update to take effect.");
        }
        PluginWrapper fresh = create(archive);
        if (fresh.supportsDynamicLoad().equals("NO")) {
            throw new RestartRequiredException(name + " plugin doesn’t support dynamic loading. Jenkins needs to be"
                    + " restarted for the update to take effect.");
        }
        plugins.add(fresh);
        if (fresh.isActive()) {
            activePlugins.add(fresh);
        }
        try {
            fresh.resolvePluginDependencies();
            fresh.load();
            Extensions.refresh(activePlugins);
            fresh.getPlugin().postInitialize();
        } catch (Exception e) {
            drop(fresh, e);
            Extensions.refresh(activePlugins);
            throw new IOException("Failed to install " + name + " plugin", e);
        }
        for (String text : List.of("Started initialization", "Listed all plugins", "Prepared all plugins",
                "Started all plugins", "Augmented all extensions", "Loaded all jobs", "Completed initialization")) {
            Log.info("jenkins.InitReactorRunner$1", "onAttained", text);
        }
        Log.info(SOURCE, "dynamicLoad", "Plugin " + name + ":" + fresh.getVersion() + " dynamically installed");
    }

    /** The page that some plugin has under this name, null where there is none. */
    public RootAction standinAction(String urlName) {
        return Extensions.actions().stream().filter(one -> urlName.equals(one.getUrlName())).findFirst().orElse(null);
    }

    /** Stop every plugin and close its files. */
    public void stop() {
        for (PluginWrapper one : activePlugins) {
            try {
                one.getPlugin().stop();
            } catch (Exception e) {
                Log.warning(SOURCE, "stop", "Failed to shut down " + one.getShortName(), e);
            }
            one.release();
        }
    }
}
