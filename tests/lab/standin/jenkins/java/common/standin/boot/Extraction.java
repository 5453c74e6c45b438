package standin.boot;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import standin.Log;

/** The WAR's unpacking into the home's `war` folder: once for each WAR, known by its modification time. */
public final class Extraction {
    private static final String[] MEMBERS = {"META-INF/MANIFEST.MF", "WEB-INF/web.xml", "robots.txt"};

    private Extraction() {}

    static File war() {
        return new File(Extraction.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    }

    public static void announce() {
        System.out.println("Running from: " + war());
    }

    public static void into(File home) throws IOException {
        File target = new File(home, "war");
        Log.info("winstone.Logger", "logInternal", "Beginning extraction from war file");
        File stamp = new File(target, ".timestamp");
        FileTime current = FileTime.fromMillis(war().lastModified());
        if (stamp.exists() && Files.getLastModifiedTime(stamp.toPath()).equals(current)) {
            return;
        }
        for (String member : MEMBERS) {
            File file = new File(target, member);
            Files.createDirectories(file.toPath().getParent());
            try (InputStream in = Extraction.class.getResourceAsStream("/" + member)) {
                if (in != null) {
                    Files.copy(in, file.toPath(), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        Files.deleteIfExists(stamp.toPath());
        Files.createFile(stamp.toPath());
        Files.setLastModifiedTime(stamp.toPath(), current);
    }
}
