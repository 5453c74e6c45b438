package standin.model;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import standin.home.Files2;

/** Salted hashes; only as strong as a test needs. */
public final class Passwords {
    private Passwords() {}

    public static String hash(String password) {
        String salt = Files2.randomHex(8);
        return "#standin:" + salt + ":" + digest("SHA-256", salt + password);
    }

    public static boolean matches(String password, String hash) {
        String[] parts = hash.split(":");
        return parts.length == 3 && parts[2].equals(digest("SHA-256", parts[1] + password));
    }

    public static String digest(String algorithm, String text) {
        try {
            byte[] sum = MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sum);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
