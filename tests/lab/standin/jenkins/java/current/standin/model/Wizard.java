package standin.model;

import hudson.model.Hudson;
import hudson.security.FullControlOnceLoggedInAuthorizationStrategy;
import hudson.security.HudsonPrivateSecurityRealm;
import java.io.IOException;

/** What the wizard does to a new home before anybody can look. */
public final class Wizard {
    private Wizard() {}

    public static void lock(Hudson jenkins, String password) throws IOException {
        HudsonPrivateSecurityRealm realm = new HudsonPrivateSecurityRealm(false, false, null);
        realm.createAccount("admin", password);
        jenkins.setSecurityRealm(realm);
        FullControlOnceLoggedInAuthorizationStrategy strategy = new FullControlOnceLoggedInAuthorizationStrategy();
        strategy.setAllowAnonymousRead(false);
        jenkins.setAuthorizationStrategy(strategy);
        jenkins.setSlaveAgentPort(Integer.getInteger("jenkins.model.Jenkins.slaveAgentPort", -1));
    }
}
