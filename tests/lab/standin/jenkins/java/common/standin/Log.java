package standin;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.Level;

/** The log on stderr in the two shapes that Jenkins has had: two lines a record before 2.0, one line since. */
public final class Log {
    private static final DateTimeFormatter NOW =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS+0000").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter THEN =
            DateTimeFormatter.ofPattern("MMM dd, yyyy h:mm:ss a", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static volatile boolean legacy;

    private Log() {}

    public static void shape(Version version) {
        legacy = version.legacy();
    }

    public static void info(String source, String method, String message) {
        write(Level.INFO, source, method, message, null);
    }

    public static void warning(String source, String method, String message, Throwable thrown) {
        write(Level.WARNING, source, method, message, thrown);
    }

    public static void severe(String source, String method, String message, Throwable thrown) {
        write(Level.SEVERE, source, method, message, thrown);
    }

    private static void write(Level level, String source, String method, String message, Throwable thrown) {
        Instant now = Instant.now();
        String text = legacy
                ? THEN.format(now) + " " + source + " " + method + "\n" + level + ": " + message
                : NOW.format(now) + " [id=" + Thread.currentThread().getId() + "]\t" + level + "\t" + source + "#"
                        + method + ": " + message;
        System.err.println(thrown == null ? text : text + "\n" + trace(thrown).stripTrailing());
    }

    public static String trace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }
}
