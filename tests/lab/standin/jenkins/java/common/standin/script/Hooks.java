package standin.script;

import groovy.lang.Binding;
import groovy.lang.GroovyCodeSource;
import groovy.lang.GroovyShell;
import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import hudson.model.Hudson;
import standin.Log;

/**
 * Runs `init.groovy` and `init.groovy.d/*.groovy` in the order of their names.
 * Since 2.x a RuntimeException of a script is a warning and the boot goes on; anything stronger ends the boot.
 */
public final class Hooks {
    private static final String SOURCE = "jenkins.util.groovy.GroovyHookScript";
    private final Hudson jenkins;
    private final Binding binding = new Binding();

    public Hooks(Hudson jenkins) {
        this.jenkins = jenkins;
    }

    /** Whether there is anything to run. */
    public static boolean any(File home) {
        return new File(home, "init.groovy").exists() || scripts(home).length > 0;
    }

    public void run() {
        File single = new File(jenkins.getRootDir(), "init.groovy");
        if (single.exists()) {
            execute(single);
        }
        for (File script : scripts(jenkins.getRootDir())) {
            execute(script);
        }
    }

    private void execute(File script) {
        Log.info(SOURCE, "execute", "Executing " + script);
        try {
            evaluate(script);
        } catch (IOException e) {
            Log.warning(SOURCE, "execute", "Failed to execute " + script, e);
        }
    }

    private void evaluate(File script) throws IOException {
        GroovyCodeSource source = new GroovyCodeSource(script);
        try {
            new GroovyShell(jenkins.getPluginManager().uberClassLoader, binding).evaluate(source);
        } catch (RuntimeException e) {
            if (jenkins.version().legacy()) {
                throw e;
            }
            Log.warning(SOURCE, "execute", "Failed to run script " + source.getName(), e);
        }
    }

    private static File[] scripts(File home) {
        File[] found = new File(home, "init.groovy.d").listFiles(file -> file.getName().endsWith(".groovy"));
        if (found == null) {
            return new File[0];
        }
        Arrays.sort(found);
        return found;
    }
}
