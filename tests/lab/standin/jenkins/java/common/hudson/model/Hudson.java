package hudson.model;

import java.io.File;
import jenkins.model.Jenkins;
import standin.Version;

/** The class that the one instance really has, as in Jenkins. */
public class Hudson extends Jenkins {
    public Hudson(File home, Version version) {
        super(home, version);
    }
}
