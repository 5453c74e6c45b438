package standin.boot;

/** What a test can choose by environment variables; documented in tests/lab/README.md. */
public final class Knobs {
    private Knobs() {}

    /** How the boot goes wrong; empty: it does not. */
    public static String fail() {
        return text("STANDIN_FAIL", "");
    }

    /** Seconds that the boot takes beside what it really has to do. */
    public static double bootSeconds() {
        return Double.parseDouble(text("STANDIN_BOOT_SECONDS", "0.3"));
    }

    /** Seconds between a restart's announcement and the restart; Jenkins takes 5 and, for safeRestart, 10. */
    public static double restartSeconds() {
        return Double.parseDouble(text("STANDIN_RESTART_SECONDS", "1"));
    }

    /** Whether a home that a newer version wrote is booted all the same; by default the boot fails. */
    public static boolean downgradeAllowed() {
        return text("STANDIN_DOWNGRADE", "").equals("ok");
    }

    /** Whether the page shown while loading names version and session; by default as the version does. */
    public static boolean loadingHeaders(boolean usual) {
        String chosen = text("STANDIN_LOADING_HEADERS", "");
        return chosen.isEmpty() ? usual : chosen.equals("1");
    }

    /** Set while the image is built: boot, use everything once, and exit. */
    public static boolean training() {
        return !text("STANDIN_TRAIN", "").isEmpty();
    }

    private static String text(String name, String usual) {
        String value = System.getenv(name);
        return value == null ? usual : value;
    }
}
