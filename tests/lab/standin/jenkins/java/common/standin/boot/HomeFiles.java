package standin.boot;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.Date;
import standin.Version;
import standin.home.Files2;
import standin.home.Xml;

/** The files that a home has besides its configuration, and what they tell of its history. */
final class HomeFiles {
    private static final String[] FOLDERS = {"jobs", "nodes", "plugins", "secrets", "updates", "userContent", "users",
        "logs"};
    private final File home;

    HomeFiles(File home) {
        this.home = home;
    }

    void recordAttempt() throws IOException {
        Files.writeString(new File(home, "failed-boot-attempts.txt").toPath(), new Date() + "\n",
                StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    void forgetAttempts() throws IOException {
        Files.deleteIfExists(new File(home, "failed-boot-attempts.txt").toPath());
    }

    void make() throws IOException {
        for (String folder : FOLDERS) {
            Files.createDirectories(new File(home, folder).toPath());
        }
        Files2.secret(new File(home, "secret.key"), 32);
        Files2.secret(new File(home, "secrets/master.key"), 128);
        Files2.secret(new File(home, "secrets/hudson.util.Secret"), 136);
        Files2.secret(new File(home, "identity.key.enc"), 800);
        if (!new File(home, "nodeMonitors.xml").exists()) {
            Files2.write(new File(home, "nodeMonitors.xml"), "<?xml version='1.1' encoding='UTF-8'?>\n<list/>\n");
            Files2.write(new File(home, "userContent/readme.txt"), "Files here are served as /userContent/...\n");
        }
    }

    /** The version that last wrote this home, null for a new one. */
    Version writtenBy() {
        File last = lastExecVersion();
        if (last.exists()) {
            return new Version(Files2.read(last).strip());
        }
        File config = new File(home, "config.xml");
        String version = config.exists() ? Xml.text(Files2.read(config), "version") : null;
        return version == null ? null : new Version(version);
    }

    boolean setupDone() {
        return new File(home, "jenkins.install.UpgradeWizard.state").exists();
    }

    void completeSetup(Version version) {
        Files2.write(new File(home, "jenkins.install.UpgradeWizard.state"), version.text());
        saveLastExecVersion(version);
    }

    void saveLastExecVersion(Version version) {
        Files2.write(lastExecVersion(), version.text());
    }

    private File lastExecVersion() {
        return new File(home, "jenkins.install.InstallUtil.lastExecVersion");
    }
}
