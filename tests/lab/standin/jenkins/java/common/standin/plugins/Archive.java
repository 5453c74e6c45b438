package standin.plugins;

import hudson.PluginManager;
import hudson.PluginWrapper;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A plugin's file as Jenkins reads it: a zip that is exploded beside itself, or (.hpl, .jpl) a list of places. */
public record Archive(Manifest manifest, List<File> paths, File resources) {

    public static Archive of(File archive) throws IOException {
        return linked(archive) ? link(archive) : exploded(archive);
    }

    /** The short name, without exploding anything. */
    public static String shortName(File archive) throws IOException {
        if (linked(archive)) {
            return PluginWrapper.computeShortName(linkedManifest(archive), archive.getName());
        }
        try (JarFile jar = new JarFile(archive)) {
            return PluginWrapper.computeShortName(jar.getManifest(), archive.getName());
        }
    }

    private static boolean linked(File archive) {
        return archive.getName().endsWith(".hpl") || archive.getName().endsWith(".jpl");
    }

    private static Archive link(File archive) throws IOException {
        Manifest manifest = linkedManifest(archive);
        List<File> paths = new ArrayList<>();
        classPath(manifest, archive, "Libraries", ",", paths);
        classPath(manifest, archive, "Class-Path", " +", paths);
        String resources = manifest.getMainAttributes().getValue("Resource-Path");
        if (resources == null) {
            throw new IOException("No Resource-Path in " + archive);
        }
        return new Archive(manifest, paths, resolve(archive, resources));
    }

    private static Manifest linkedManifest(File archive) throws IOException {
        String first = Files.readAllLines(archive.toPath()).stream().findFirst().orElse("");
        File file = first.startsWith("Manifest-Version:") ? archive : resolve(archive, first);
        try (InputStream in = Files.newInputStream(file.toPath())) {
            return new Manifest(in);
        } catch (IOException e) {
            throw new IOException("Failed to load " + file, e);
        }
    }

    private static void classPath(Manifest manifest, File archive, String attribute, String separator,
            List<File> paths) throws IOException {
        String line = manifest.getMainAttributes().getValue(attribute);
        for (String one : line == null ? new String[0] : line.split(separator)) {
            File file = resolve(archive, one);
            if (file.getName().contains("*")) {
                String pattern = file.getName().replace(".", "\\.").replace("*", ".*");
                File[] matching = file.getParentFile().listFiles(each -> each.getName().matches(pattern));
                if (matching == null) {
                    throw new IOException("basedir " + file.getParent() + " does not exist.");
                }
                Arrays.sort(matching);
                paths.addAll(List.of(matching));
            } else if (!file.exists()) {
                throw new IOException("No such file: " + file);
            } else {
                paths.add(file);
            }
        }
    }

    /** Relative to the archive's folder. */
    private static File resolve(File archive, String path) {
        File file = new File(path);
        return file.isAbsolute() ? file : new File(archive.getParentFile(), path);
    }

    private static Archive exploded(File archive) throws IOException {
        File target = new File(archive.getParentFile(), archive.getName().replaceFirst("\\.[^.]*$", ""));
        explode(archive, target);
        File file = new File(target, "META-INF/MANIFEST.MF");
        if (!file.exists()) {
            throw new IOException("Plugin installation failed. No manifest at " + file);
        }
        File[] jars = new File(target, "WEB-INF/lib").listFiles(one -> one.getName().endsWith(".jar"));
        List<File> paths = new ArrayList<>(List.of(jars == null ? new File[0] : jars));
        try (InputStream in = Files.newInputStream(file.toPath())) {
            return new Archive(new Manifest(in), paths, target);
        }
    }

    /** Unpack, unless the folder is of a file with exactly this modification time. */
    private static void explode(File archive, File target) throws IOException {
        Files.createDirectories(target.toPath());
        File stamp = new File(target, ".timestamp2");
        if (stamp.exists() && stamp.lastModified() == archive.lastModified()) {
            return;
        }
        try (Stream<java.nio.file.Path> old = Files.walk(target.toPath())) {
            for (var path : old.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
        Files.createDirectories(target.toPath());
        try {
            unpack(archive, target);
        } catch (IOException e) {
            throw new IOException("Failed to expand " + archive, e);
        }
        Files.createFile(stamp.toPath());
        Files.setLastModifiedTime(stamp.toPath(), FileTime.fromMillis(archive.lastModified()));
    }

    /** Every file, but the classes, which go into a jar of their own. */
    private static void unpack(File archive, File target) throws IOException {
        List<ZipEntry> classes = new ArrayList<>();
        try (JarFile jar = new JarFile(archive)) {
            for (ZipEntry entry : jar.stream().filter(one -> !one.isDirectory()).toList()) {
                if (entry.getName().startsWith("WEB-INF/classes/")) {
                    classes.add(entry);
                    continue;
                }
                File file = new File(target, entry.getName());
                if (!file.getCanonicalPath().startsWith(target.getCanonicalPath() + "/")) {
                    throw new IOException("outside of the plugin: " + entry.getName());
                }
                Files.createDirectories(file.getParentFile().toPath());
                try (InputStream in = jar.getInputStream(entry)) {
                    Files.copy(in, file.toPath());
                }
            }
            if (!classes.isEmpty()) {
                repack(jar, classes, new File(target, "WEB-INF/lib/classes.jar"));
            }
        }
    }

    private static void repack(JarFile jar, List<ZipEntry> classes, File target) throws IOException {
        Files.createDirectories(target.getParentFile().toPath());
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(target.toPath()))) {
            for (ZipEntry entry : classes) {
                out.putNextEntry(new ZipEntry(entry.getName().substring("WEB-INF/classes/".length())));
                try (InputStream in = jar.getInputStream(entry)) {
                    in.transferTo(out);
                }
                out.closeEntry();
            }
        }
    }

    /** A loader for these paths that also sees what the plugin depends on. */
    public URLClassLoader loader(PluginManager manager) throws IOException {
        URL[] urls = new URL[paths.size()];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = url(paths.get(i));
        }
        return new PluginLoader(urls, new DependencyLoader(PluginWrapper.dependencies(manifest), manager));
    }

    private static URL url(File file) throws MalformedURLException {
        return file.toURI().toURL();
    }
}
