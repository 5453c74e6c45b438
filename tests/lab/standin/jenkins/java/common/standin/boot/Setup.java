package standin.boot;

import hudson.model.Hudson;
import java.io.File;
import java.io.IOException;
import standin.Log;
import standin.home.Files2;
import standin.model.Wizard;

/** The setup wizard's part of a boot, since 2.0: on a new home it locks Jenkins unless it is switched off. */
final class Setup {
    private final Hudson jenkins;
    private final HomeFiles files;

    Setup(Hudson jenkins, HomeFiles files) {
        this.jenkins = jenkins;
        this.files = files;
    }

    void run() throws IOException {
        if (jenkins.version().legacy()) {
            return;
        }
        if (files.setupDone()) {
            files.saveLastExecVersion(jenkins.version());
        } else if ("false".equalsIgnoreCase(System.getProperty("jenkins.install.runSetupWizard"))
                || Boolean.getBoolean("hudson.Main.development")) {
            files.completeSetup(jenkins.version());
        } else {
            lock();
        }
    }

    private void lock() throws IOException {
        File password = new File(jenkins.getRootDir(), "secrets/initialAdminPassword");
        if (!jenkins.isUseSecurity()) {
            String random = Files2.randomHex(16);
            Wizard.lock(jenkins, random);
            Files2.write(password, random + "\n");
            jenkins.save();
        }
        if (password.exists()) {
            String stars = "*".repeat(61) + "\n";
            Log.info("jenkins.install.SetupWizard", "init", "\n\n" + stars.repeat(3) + "\nJenkins initial setup is"
                    + " required. An admin user has been created and a password generated.\nPlease use the following"
                    + " password to proceed to installation:\n\n" + Files2.read(password).strip() + "\n\nThis may also"
                    + " be found at: " + password + "\n\n" + stars.repeat(3));
        }
    }
}
