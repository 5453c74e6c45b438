package standin.boot;

import standin.Log;

/** The boots that go wrong on purpose (STANDIN_FAIL); `not-writable` and `oom` are the start script's. */
final class Mishap {
    private Mishap() {}

    static void early() {
        switch (Knobs.fail()) {
            case "exit-0" -> leave(0);
            case "exit-1" -> leave(1);
            case "exit-137" -> leave(137);
            case "boot-loop" -> leave(5);
            case "sigill" -> crash();
            case "failed-boot" -> throw new NoClassDefFoundError("org/example/NotThere");
            default -> { }
        }
    }

    static void late() {
        if (Knobs.fail().equals("never-ready")) {
            Pause.forever();
        }
    }

    private static void leave(int code) {
        Log.warning("standin.boot.Mishap", "leave", "leaving with " + code + " as asked", null);
        Runtime.getRuntime().halt(code);
    }

    /** What a JVM of 2024 prints on an Apple M4, and its exit code. */
    private static void crash() {
        System.out.println("""
                #
                # A fatal error has been detected by the Java Runtime Environment:
                #
                #  SIGILL (0x4) at pc=0x0000ffff9f13fc5c, pid=7, tid=8
                #
                # JRE version:  (21.0.5+11) (build )
                # Problematic frame:
                # j  java.lang.System.registerNatives()V+0 java.base
                #""");
        Runtime.getRuntime().halt(134);
    }
}
