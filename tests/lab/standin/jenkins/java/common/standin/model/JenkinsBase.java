package standin.model;

import hudson.PluginManager;
import hudson.model.Computer;
import hudson.model.Hudson;
import hudson.model.UpdateCenter;
import hudson.security.AuthorizationStrategy;
import hudson.security.Permission;
import hudson.security.SecurityRealm;
import hudson.security.csrf.CrumbIssuer;
import java.io.File;
import java.io.IOException;
import jenkins.model.Jenkins;
import jenkins.model.JenkinsLocationConfiguration;
import standin.Version;
import standin.agent.AgentListener;
import standin.home.ConfigXml;
import standin.home.UserFiles;

/** What jenkins.model.Jenkins is in all versions; the subclass of a version adds what only that one has. */
public abstract class JenkinsBase {
    public static final Permission ADMINISTER = Permission.FULL_CONTROL;
    public static final Permission READ = Permission.READ;
    public static String VERSION;
    public static String SESSION_HASH;
    private static volatile Hudson instance;

    private final File root;
    private final Version version;
    private final PluginManager plugins;
    private final UpdateCenter updates;
    private final Computer computer = new Computer(2);
    private final UserFiles users;
    private JenkinsLocationConfiguration location;
    private SecurityRealm realm = SecurityRealm.NO_AUTHENTICATION;
    private AuthorizationStrategy strategy = AuthorizationStrategy.UNSECURED;
    private CrumbIssuer crumbIssuer;
    private int agentPort;
    private int executors = 2;
    private String systemMessage;
    private boolean reading;
    private volatile AgentListener listener;

    protected JenkinsBase(File home, Version version) {
        this.root = home;
        this.version = version;
        this.users = new UserFiles(home, version.legacy());
        this.plugins = new PluginManager(new File(home, "plugins"), version);
        this.updates = new UpdateCenter(plugins, version.legacy());
    }

    /** Make the one instance visible: open, as long as nobody has read what the home says. */
    public static Hudson begin(File home, Version version) {
        Hudson fresh = new Hudson(home, version);
        instance = fresh;
        return fresh;
    }

    public static void end() {
        Hudson last = instance;
        instance = null;
        if (last != null) {
            ((JenkinsBase) last).plugins.stop();
        }
    }

    public static Hudson current() {
        return instance;
    }

    public static Jenkins getInstance() {
        return instance;
    }

    /** Read what the home holds. */
    public void standinRead() throws IOException {
        UserBase.reload(users);
        location = new JenkinsLocationConfiguration();
        reading = true;
        new ConfigXml((Jenkins) this).read();
        reading = false;
    }

    /** Whether config.xml is being read just now, so that no setter writes it. */
    protected boolean standinReading() {
        return reading;
    }

    public Version version() {
        return version;
    }

    public UserFiles userFiles() {
        return users;
    }

    public JenkinsLocationConfiguration location() {
        return location;
    }

    public File getRootDir() {
        return root;
    }

    public String getRootUrl() {
        return location.getUrl();
    }

    public PluginManager getPluginManager() {
        return plugins;
    }

    public UpdateCenter getUpdateCenter() {
        return updates;
    }

    public Computer[] getComputers() {
        return new Computer[] {computer};
    }

    public SecurityRealm getSecurityRealm() {
        return realm;
    }

    public void setSecurityRealm(SecurityRealm chosen) {
        realm = chosen == null ? SecurityRealm.NO_AUTHENTICATION : chosen;
    }

    public AuthorizationStrategy getAuthorizationStrategy() {
        return strategy;
    }

    public void setAuthorizationStrategy(AuthorizationStrategy chosen) {
        strategy = chosen == null ? AuthorizationStrategy.UNSECURED : chosen;
    }

    public void disableSecurity() {
        realm = SecurityRealm.NO_AUTHENTICATION;
        strategy = AuthorizationStrategy.UNSECURED;
    }

    public boolean isUseSecurity() {
        return realm != SecurityRealm.NO_AUTHENTICATION || strategy != AuthorizationStrategy.UNSECURED;
    }

    public CrumbIssuer getCrumbIssuer() {
        return crumbIssuer;
    }

    public void setCrumbIssuer(CrumbIssuer issuer) {
        crumbIssuer = issuer;
    }

    public boolean isUseCrumbs() {
        return crumbIssuer != null;
    }

    public int getSlaveAgentPort() {
        return agentPort;
    }

    /** 0: any free port; -1: none. The listener moves at once. */
    public void setSlaveAgentPort(int port) throws IOException {
        agentPort = port;
        launchAgentListener();
    }

    /** The port as read from the home or given at the start: no listener yet. */
    public void standinAgentPort(int port) {
        agentPort = port;
    }

    public AgentListener getTcpSlaveAgentListener() {
        return listener;
    }

    /** Let the listener be where the port says. */
    public synchronized void launchAgentListener() throws IOException {
        if (listener != null && listener.configured() != agentPort) {
            listener.close();
            listener = null;
        }
        if (agentPort != -1 && listener == null) {
            listener = AgentListener.open(agentPort, version);
        }
    }

    public synchronized void closeAgentListener() throws IOException {
        if (listener != null) {
            listener.close();
            listener = null;
        }
    }

    public int getNumExecutors() {
        return executors;
    }

    public void setNumExecutors(int number) {
        executors = number;
    }

    public String getSystemMessage() {
        return systemMessage;
    }

    public void setSystemMessage(String message) {
        systemMessage = message;
    }

    public boolean standinAllows(String user, Permission permission) {
        for (Permission p = permission; p != null; p = p.impliedBy) {
            if (strategy.standinAllows(user, p)) {
                return true;
            }
        }
        return false;
    }

    /** Write config.xml. */
    public void save() throws IOException {
        new ConfigXml((Jenkins) this).write();
    }
}
