package standin.model;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;

/** The one plugin that old WARs bundle, unpacked into the home and seen by a loader of its own. */
final class Bundled {
    private static final String JAR = "/WEB-INF/plugins/matrix-auth.jar";

    private Bundled() {}

    static ClassLoader loader(File home) {
        try (InputStream jar = Bundled.class.getResourceAsStream(JAR)) {
            ClassLoader core = Bundled.class.getClassLoader();
            if (jar == null) {
                return new ClassLoader("uber", core) {};
            }
            File target = new File(home, "plugins/matrix-auth/WEB-INF/lib/matrix-auth.jar");
            Files.createDirectories(target.toPath().getParent());
            Files.copy(jar, target.toPath(), StandardCopyOption.REPLACE_EXISTING);
            return new URLClassLoader("uber", new URL[] {target.toURI().toURL()}, core);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
