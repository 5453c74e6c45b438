package standin.boot;

/** Waiting, with the interrupt as an error. */
public final class Pause {
    private Pause() {}

    public static void seconds(double seconds) {
        try {
            Thread.sleep((long) (seconds * 1000));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public static void forever() {
        while (true) {
            seconds(3600);
        }
    }
}
