package standin.plugins;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Set;

/** The one plugin that old WARs bundle: copied into the home where it is not, or not pinned. */
public final class Bundled {
    private static final String NAME = "matrix-auth";

    private Bundled() {}

    /** The file names of what is bundled. */
    public static Set<String> copy(File folder) throws IOException {
        try (InputStream plugin = Bundled.class.getResourceAsStream("/WEB-INF/plugins/" + NAME + ".hpi")) {
            if (plugin == null) {
                return Set.of();
            }
            File target = new File(folder, NAME + ".jpi");
            if (!target.exists()) {
                Files.createDirectories(folder.toPath());
                Files.copy(plugin, target.toPath());
            }
            return Set.of(target.getName());
        }
    }
}
