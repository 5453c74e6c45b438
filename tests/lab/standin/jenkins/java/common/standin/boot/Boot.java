package standin.boot;

import hudson.PluginManager;
import hudson.model.Hudson;
import java.io.IOException;
import standin.Log;
import standin.Version;
import standin.model.JenkinsBase;
import standin.script.Hooks;

/** The initialization thread: milestone after milestone until Jenkins is up, or has failed. */
final class Boot implements Runnable {
    private static final int MILESTONES = 10;
    private static final int MILESTONES_LEGACY = 6;
    private final Controller controller;
    private final Version version;
    private final HomeFiles files;

    Boot(Controller controller) {
        this.controller = controller;
        this.version = controller.version;
        this.files = new HomeFiles(controller.home);
    }

    @Override
    public void run() {
        try {
            boot();
        } catch (Throwable cause) {
            controller.failed(cause);
            return;
        }
        controller.ready();
        Training.begin(controller);
    }

    private void boot() throws IOException {
        Log.info("hudson.WebAppMain", "contextInitialized", "Jenkins home directory: " + controller.home
                + " found at: EnvVars.masterEnvVars.get(\"JENKINS_HOME\")");
        files.recordAttempt();
        files.make();
        milestone("Started initialization");
        Mishap.early();
        Hudson jenkins = JenkinsBase.begin(controller.home, version);
        plugins(jenkins.getPluginManager());
        milestone("Augmented all extensions");
        load(jenkins);
        if (!version.legacy()) {
            milestone("System config loaded");
            milestone("System config adapted");
        }
        milestone("Loaded all jobs");
        Mishap.late();
        new Setup(jenkins, files).run();
        if (Hooks.any(controller.home)) {
            hooks(jenkins);
        }
        if (!version.legacy()) {
            milestone("Configuration for all jobs updated");
        }
        finish(jenkins);
    }

    private void plugins(PluginManager manager) throws IOException {
        manager.standinList();
        milestone("Listed all plugins");
        manager.standinLoad();
        if (!version.legacy()) {
            milestone("Prepared all plugins");
        }
        manager.standinInitialize();
        milestone("Started all plugins");
    }

    private void load(Hudson jenkins) throws IOException {
        Version last = files.writtenBy();
        if (last != null && last.compareTo(version) > 0 && !Knobs.downgradeAllowed()) {
            throw new IOException("Unable to read " + controller.home + "/config.xml: written by Jenkins "
                    + last.text() + ", which is newer than " + version.text());
        }
        jenkins.standinRead();
    }

    private void hooks(Hudson jenkins) {
        try {
            new Hooks(jenkins).run();
        } catch (Throwable thrown) {
            Log.severe("jenkins.InitReactorRunner$1", "onTaskFailed", "Failed GroovyInitScript.init", thrown);
            throw new IllegalStateException("org.jvnet.hudson.reactor.ReactorException: " + thrown, thrown);
        }
    }

    private void finish(Hudson jenkins) throws IOException {
        if (!version.legacy() || files.writtenBy() == null) {
            jenkins.save();
        }
        jenkins.launchAgentListener();
        milestone("Completed initialization");
        files.forgetAttempts();
    }

    private void milestone(String text) {
        Pause.seconds(Knobs.bootSeconds() / (version.legacy() ? MILESTONES_LEGACY : MILESTONES));
        Log.info("jenkins.InitReactorRunner$1", "onAttained", text);
    }
}
