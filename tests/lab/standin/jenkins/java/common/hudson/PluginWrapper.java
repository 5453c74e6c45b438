package hudson;

import hudson.util.VersionNumber;
import java.io.File;
import java.io.IOException;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import jenkins.model.Jenkins;
import standin.Log;
import standin.Version;

/** One plugin that Jenkins knows: its manifest, its loader, its state. */
public class PluginWrapper {
    public final PluginManager parent;
    public final URLClassLoader classLoader;
    /** Where its static files are. */
    public final File baseResource;
    private final File archive;
    private final Manifest manifest;
    private final List<Dependency> dependencies = new ArrayList<>();
    private final List<Dependency> optionalDependencies = new ArrayList<>();
    private Plugin plugin;
    private boolean active;
    boolean bundled;

    /** {@code name:version[;resolution:=optional]}, as a manifest lists them. */
    public static final class Dependency {
        public final String shortName;
        public final String version;
        public final boolean optional;

        Dependency(String text) {
            int colon = text.indexOf(':');
            if (colon < 0) {
                throw new IllegalArgumentException("Illegal dependency specifier " + text);
            }
            String[] osgi = text.substring(colon + 1).split(";");
            shortName = text.substring(0, colon);
            version = osgi[0];
            optional = List.of(osgi).contains("resolution:=optional");
        }

        @Override
        public String toString() {
            return shortName + " (" + version + ")";
        }
    }

    PluginWrapper(PluginManager parent, File archive, Manifest manifest, File baseResource, URLClassLoader loader) {
        this.parent = parent;
        this.archive = archive;
        this.manifest = manifest;
        this.baseResource = baseResource;
        this.classLoader = loader;
        this.active = isEnabled();
        for (Dependency one : dependencies(manifest)) {
            (one.optional ? optionalDependencies : dependencies).add(one);
        }
    }

    /** What a manifest requires; a malformed entry is an error, as in Jenkins. */
    public static List<Dependency> dependencies(Manifest manifest) {
        List<Dependency> found = new ArrayList<>();
        String line = manifest.getMainAttributes().getValue("Plugin-Dependencies");
        for (String one : line == null ? new String[0] : line.split(",")) {
            found.add(new Dependency(one));
        }
        return found;
    }

    public static String computeShortName(Manifest manifest, String fileName) {
        String name = manifest.getMainAttributes().getValue("Short-Name");
        name = name != null ? name : manifest.getMainAttributes().getValue("Extension-Name");
        return name != null ? name : fileName.replaceFirst("\\.[^.]*$", "");
    }

    public String getShortName() {
        return computeShortName(manifest, archive.getName());
    }

    public String getLongName() {
        String name = attribute("Long-Name");
        return name != null ? name : getShortName();
    }

    public String getVersion() {
        return versionOf(manifest);
    }

    static String versionOf(Manifest manifest) {
        String version = manifest.getMainAttributes().getValue("Plugin-Version");
        version = version != null ? version : manifest.getMainAttributes().getValue("Implementation-Version");
        return version != null ? version : "???";
    }

    public VersionNumber getVersionNumber() {
        return new VersionNumber(getVersion());
    }

    public String getRequiredCoreVersion() {
        String core = attribute("Jenkins-Version");
        return core != null ? core : attribute("Hudson-Version");
    }

    public String supportsDynamicLoad() {
        String value = attribute("Support-Dynamic-Loading");
        return value == null ? "MAYBE" : value.equalsIgnoreCase("true") ? "YES" : "NO";
    }

    public String attribute(String name) {
        return manifest.getMainAttributes().getValue(name);
    }

    public Manifest getManifest() {
        return manifest;
    }

    public List<Dependency> getDependencies() {
        return dependencies;
    }

    public List<Dependency> getOptionalDependencies() {
        return optionalDependencies;
    }

    public Plugin getPlugin() {
        return plugin;
    }

    public boolean isActive() {
        return active;
    }

    public boolean isEnabled() {
        return !new File(archive.getPath() + ".disabled").exists();
    }

    public boolean isBundled() {
        return bundled;
    }

    public boolean isPinned() {
        return new File(archive.getPath() + ".pinned").exists();
    }

    /** The version of the file that the present one replaced, null where there is none. */
    public String getBackupVersion() {
        File backup = new File(parent.rootDir, getShortName() + ".bak");
        if (!backup.exists()) {
            return null;
        }
        try (JarFile jar = new JarFile(backup)) {
            return versionOf(jar.getManifest());
        } catch (IOException e) {
            Log.warning("hudson.PluginWrapper", "getBackupVersion", "Failed to get backup version from " + backup, e);
            return null;
        }
    }

    /** Since 2.x what is missing or too old is an error; before, only what is missing is. */
    void resolvePluginDependencies() throws IOException {
        Version core = parent.version();
        List<String> wrong = new ArrayList<>();
        for (Dependency one : dependencies) {
            PluginWrapper there = parent.getPlugin(one.shortName);
            if (core.legacy() && there == null) {
                throw new IOException("Dependency " + one + " doesn't exist");
            }
            if (!core.legacy()) {
                check(one, there, wrong);
            }
        }
        String needed = getRequiredCoreVersion();
        if (!core.legacy() && needed != null && core.compareTo(new Version(needed)) < 0 && !needed.contains("SNAPSHOT")) {
            wrong.add(0, "Jenkins (" + needed + ") or higher required");
        }
        if (!wrong.isEmpty()) {
            throw new IOException("Failed to load: " + getLongName() + " (" + getShortName() + " " + getVersion()
                    + ")\n - " + String.join("\n - ", wrong));
        }
        for (Dependency one : optionalDependencies) {
            PluginWrapper there = parent.getPlugin(one.shortName);
            if (there != null && there.isActive()) {
                dependencies.add(one);
            }
        }
    }

    private static void check(Dependency one, PluginWrapper there, List<String> wrong) {
        if (there == null) {
            wrong.add("Plugin is missing: " + one);
        } else if (new Version(there.getVersion()).compareTo(new Version(one.version)) < 0
                && !(there.getVersion() + one.version).contains("-SNAPSHOT")) {
            wrong.add("Update required: " + there.getLongName() + " (" + there.getShortName() + " "
                    + there.getVersion() + ") to be updated to " + one.version + " or higher");
        } else if (!there.isActive()) {
            wrong.add("Required plugin is disabled: " + there.getLongName() + " (" + there.getShortName() + ")");
        }
    }

    /** Make its class and start it. */
    void load() throws IOException {
        String name = attribute("Plugin-Class");
        try {
            Object made = name == null ? new Plugin.DummyImpl()
                    : classLoader.loadClass(name).getDeclaredConstructor().newInstance();
            if (!(made instanceof Plugin)) {
                throw new IOException(name + " doesn't extend from hudson.Plugin");
            }
            plugin = (Plugin) made;
            plugin.wrapper = this;
        } catch (LinkageError | ClassNotFoundException e) {
            throw new IOException("Unable to load " + name + " from " + getShortName(), e);
        } catch (ReflectiveOperationException e) {
            throw new IOException("Unable to create instance of " + name + " from " + getShortName(), e);
        }
        try {
            plugin.start();
        } catch (Throwable e) {
            throw new IOException("Failed to initialize", e);
        }
    }

    /** Not active any more, its jars closed. */
    void release() {
        active = false;
        try {
            classLoader.close();
        } catch (IOException e) {
            Log.warning("hudson.PluginWrapper", "releaseClassLoader", "Failed to shut down classloader", e);
        }
    }

    @Override
    public String toString() {
        return (Jenkins.getInstance() == null ? "" : "Plugin:") + getShortName();
    }
}
