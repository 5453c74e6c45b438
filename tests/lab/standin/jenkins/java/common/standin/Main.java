package standin;

import groovy.lang.GroovyShell;
import java.io.File;
import java.io.IOException;
import standin.boot.Controller;
import standin.boot.Extraction;
import standin.model.JenkinsBase;
import standin.script.Hooks;

/** The WAR's main class: what `java -jar jenkins.war` starts. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException {
        Version version = Version.ofThisWar();
        Log.shape(version);
        Options options = options(arguments);
        if (options.flag("version")) {
            System.out.println(version.text());
            return;
        }
        File home = home();
        if (Hooks.any(home)) {
            Thread warm = new Thread(() -> new GroovyShell().evaluate("[1].collect { it }"), "warming Groovy up");
            warm.setDaemon(true);
            warm.start();
        }
        Extraction.announce();
        try {
            Extraction.into(home);
            System.out.println("webroot: " + new File(home, "war"));
            new Controller(options, version, home).start();
        } catch (IOException | RuntimeException e) {
            Log.severe("winstone.Logger", "logInternal", "Container startup failed", e);
            System.exit(version.legacy() ? 0 : 1); // old launchers fail with 0
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            Log.info("winstone.Logger", "logInternal", "JVM is terminating. Shutting down Jetty");
            JenkinsBase.end();
        }));
    }

    private static Options options(String[] arguments) {
        try {
            return Options.parse(arguments);
        } catch (IllegalArgumentException e) {
            Log.severe("winstone.Logger", "logInternal", "Container startup failed", e);
            System.exit(1);
            throw e;
        }
    }

    private static File home() {
        String chosen = System.getProperty("JENKINS_HOME", System.getenv("JENKINS_HOME"));
        return new File(chosen == null ? System.getProperty("user.home") + "/.jenkins" : chosen).getAbsoluteFile();
    }
}
