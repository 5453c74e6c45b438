package jenkins.model;

import hudson.util.VersionNumber;
import java.io.File;
import standin.Version;
import standin.model.JenkinsBase;

/** Before 2.0: open, no crumbs, a random agent port, and nothing is saved unless one asks for it. */
public class Jenkins extends JenkinsBase {
    public Jenkins(File home, Version version) {
        super(home, version);
    }

    public static Jenkins getActiveInstance() {
        return current();
    }

    public static VersionNumber getVersion() {
        return new VersionNumber(VERSION);
    }
}
