package jenkins.model;

import hudson.security.AuthorizationStrategy;
import hudson.security.SecurityRealm;
import hudson.security.csrf.DefaultCrumbIssuer;
import hudson.util.VersionNumber;
import java.io.File;
import java.io.IOException;
import jenkins.install.InstallState;
import standin.Log;
import standin.Version;
import standin.model.JenkinsBase;

/** Since 2.0: crumbs from the start, the agent port's first value from a property, setters that save. */
public class Jenkins extends JenkinsBase {
    private static final String PORT = "jenkins.model.Jenkins.slaveAgentPort";
    private InstallState installState = InstallState.UNKNOWN;

    public Jenkins(File home, Version version) {
        super(home, version);
        setCrumbIssuer(new DefaultCrumbIssuer(false));
        standinAgentPort(Integer.getInteger(PORT, 0));
    }

    public static Jenkins get() {
        if (current() == null) {
            throw new IllegalStateException("Jenkins.instance is missing. Read the documentation of "
                    + "Jenkins.getInstanceOrNull to see what you are doing wrong.");
        }
        return current();
    }

    public static Jenkins getInstanceOrNull() {
        return current();
    }

    public static VersionNumber getVersion() {
        return new VersionNumber(VERSION);
    }

    public InstallState getInstallState() {
        return installState;
    }

    public void setInstallState(InstallState state) {
        installState = state;
    }

    /** Whether the port's property wins at every start; by default it gives the first value only. */
    public boolean isSlaveAgentPortEnforced() {
        return Boolean.getBoolean(PORT + "Enforce");
    }

    @Override
    public void standinAgentPort(int port) {
        super.standinAgentPort(isSlaveAgentPortEnforced() ? Integer.getInteger(PORT, port) : port);
    }

    @Override
    public void setSlaveAgentPort(int port) throws IOException {
        if (isSlaveAgentPortEnforced()) {
            Log.warning("jenkins.model.Jenkins", "setSlaveAgentPort", "setSlaveAgentPort(" + port
                    + ") call ignored because system property " + PORT + "Enforce is true", null);
        } else {
            super.setSlaveAgentPort(port);
        }
    }

    @Override
    public void setSecurityRealm(SecurityRealm realm) {
        super.setSecurityRealm(realm);
        saveQuietly();
    }

    @Override
    public void setAuthorizationStrategy(AuthorizationStrategy strategy) {
        super.setAuthorizationStrategy(strategy);
        saveQuietly();
    }

    private void saveQuietly() {
        if (standinReading()) {
            return;
        }
        try {
            save();
        } catch (IOException e) {
            Log.warning("jenkins.model.Jenkins", "saveQuietly", "null", e);
        }
    }
}
