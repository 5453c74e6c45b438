package standin.model;

import hudson.model.User;
import hudson.security.SecurityRealm;
import java.util.ArrayList;
import java.util.List;
import standin.home.Xml;

/** What HudsonPrivateSecurityRealm is in all versions: accounts kept in Jenkins' own users. */
public abstract class PrivateRealm extends SecurityRealm {
    private boolean allowsSignup;

    protected PrivateRealm(boolean allowsSignup) {
        this.allowsSignup = allowsSignup;
    }

    @Override
    public boolean allowsSignup() {
        return allowsSignup;
    }

    /** Make the account, or give an existing one this password. */
    public User createAccount(String name, String password) {
        if (password == null) {
            throw new IllegalArgumentException("null password");
        }
        User user = User.get(name, true);
        user.setPasswordHash(Passwords.hash(password));
        user.save();
        return user;
    }

    /** Users that have an account (a password) here. */
    public List<User> getAllUsers() {
        List<User> accounts = new ArrayList<>();
        for (User user : User.getAll()) {
            if (user.getPasswordHash() != null) {
                accounts.add(user);
            }
        }
        return accounts;
    }

    @Override
    public boolean standinAccepts(String name, String password) {
        User user = User.get(name, false);
        return user != null && user.getPasswordHash() != null && Passwords.matches(password, user.getPasswordHash());
    }

    @Override
    public String toXml() {
        return Xml.element("disableSignup", !allowsSignup) + Xml.element("enableCaptcha", false);
    }

    @Override
    public void fromXml(String content) {
        allowsSignup = "false".equals(Xml.text(content, "disableSignup"));
    }
}
