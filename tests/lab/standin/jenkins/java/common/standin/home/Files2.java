package standin.home;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Small file helpers: whole texts, replaced in one step. */
public final class Files2 {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Files2() {}

    /** Write beside and rename over, so that a reader never sees half a file. */
    public static void write(File file, String text) {
        try {
            Files.createDirectories(file.toPath().getParent());
            File part = new File(file.getParentFile(), file.getName() + ".tmp" + Thread.currentThread().getId());
            Files.writeString(part.toPath(), text);
            Files.move(part.toPath(), file.toPath(), StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String read(File file) {
        try {
            return Files.readString(file.toPath());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A secret kept in a file: read it, or make one of this many bytes in hexadecimal. */
    public static String secret(File file, int bytes) {
        if (!file.exists()) {
            write(file, randomHex(bytes));
        }
        return read(file).strip();
    }

    public static String randomHex(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }
}
