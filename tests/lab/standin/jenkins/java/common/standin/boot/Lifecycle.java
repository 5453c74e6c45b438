package standin.boot;

/** How Jenkins restarts: the official image chooses to exit, old versions begin anew in the same process. */
final class Lifecycle {
    private Lifecycle() {}

    static boolean exits() {
        return "hudson.lifecycle.ExitLifecycle".equals(System.getProperty("hudson.lifecycle"));
    }

    static int exitCode() {
        return Integer.getInteger("jenkins.model.Jenkins.exitCodeOnRestart", 5);
    }
}
