package hudson.security;

import standin.home.Persisted;

/** Who a user is. */
public abstract class SecurityRealm implements Persisted {
    public static final SecurityRealm NO_AUTHENTICATION = new None();

    /** Whether this is the password of this user. */
    public abstract boolean standinAccepts(String user, String password);

    public boolean allowsSignup() {
        return false;
    }

    @Override
    public String toXml() {
        return "";
    }

    @Override
    public void fromXml(String content) {}

    public static final class None extends SecurityRealm {
        @Override
        public boolean standinAccepts(String user, String password) {
            return false;
        }
    }
}
