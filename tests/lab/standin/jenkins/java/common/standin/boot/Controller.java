package standin.boot;

import java.io.File;
import java.io.IOException;
import standin.Log;
import standin.Options;
import standin.Version;
import standin.home.Files2;
import standin.http.HttpServer;
import standin.model.JenkinsBase;
import standin.web.Front;

/** One life of Jenkins in this JVM: its session, its phase, its HTTP port. */
public final class Controller {
    /** What the HTTP port answers with. */
    public enum Phase { LOADING, READY, RESTARTING, FAILED }

    public final Options options;
    public final Version version;
    public final File home;
    public final String session = Files2.randomHex(4);
    private volatile Phase phase = Phase.LOADING;
    private volatile Throwable failure;
    private HttpServer server;

    public Controller(Options options, Version version, File home) {
        this.options = options;
        this.version = version;
        this.home = home;
    }

    public void start() throws IOException {
        JenkinsBase.VERSION = version.text();
        JenkinsBase.SESSION_HASH = session;
        server = new HttpServer(options.listenAddress(), options.httpPort(), new Front(this));
        new Thread(new Boot(this), "Jenkins initialization thread").start();
    }

    public Phase phase() {
        return phase;
    }

    public Throwable failure() {
        return failure;
    }

    public int httpPort() {
        return server.port();
    }

    void ready() {
        phase = Phase.READY;
        System.err.println("standin: ready at " + System.currentTimeMillis());
        Log.info(version.legacy() ? "hudson.WebAppMain$3" : "hudson.lifecycle.Lifecycle",
                version.legacy() ? "run" : "onReady", "Jenkins is fully up and running");
    }

    /** The boot failed: since 2.469 that ends the JVM where the lifecycle can exit, before it lasts for ever. */
    void failed(Throwable cause) {
        failure = cause;
        phase = Phase.FAILED;
        Log.severe("hudson.util.BootFailure", "publish", "Failed to initialize Jenkins",
                new RuntimeException("hudson.util.HudsonFailedToLoad: " + cause, cause));
        if (version.atLeast("2.469") && Lifecycle.exits()) {
            System.exit(Lifecycle.exitCode());
        }
    }

    /** Announce, wait, and end this life: the JVM's exit, or the next life in the same JVM. */
    public void restart(String user, int announced) {
        phase = Phase.RESTARTING;
        Log.info("hudson.lifecycle.Lifecycle", "onStatusUpdate", "Restart in " + announced + " seconds");
        Thread thread = new Thread(() -> {
            Pause.seconds(Knobs.restartSeconds());
            Log.info("hudson.lifecycle.Lifecycle", "onStop", "Stopping Jenkins as requested by " + user);
            end(user);
        }, "restart thread");
        thread.setDaemon(false); // it outlives the connection that asked, and for a moment every other thread
        thread.start();
    }

    private void end(String user) {
        if (Lifecycle.exits()) {
            System.exit(Lifecycle.exitCode());
        }
        Log.severe("jenkins.model.Jenkins$22", "run", "Restarting VM as requested by " + user, null);
        try {
            server.close();
            JenkinsBase.current().closeAgentListener();
            JenkinsBase.end();
            Extraction.announce();
            new Controller(options, version, home).start();
        } catch (IOException e) {
            Log.severe("standin.boot.Controller", "end", "Container startup failed", e);
            System.exit(1);
        }
    }
}
