package hudson.security;

import standin.home.Persisted;

/** Who may do what; the anonymous user is named {@code anonymous}. */
public abstract class AuthorizationStrategy implements Persisted {
    public static final String ANONYMOUS = "anonymous";
    public static final AuthorizationStrategy UNSECURED = new Unsecured();

    public abstract boolean standinAllows(String user, Permission permission);

    @Override
    public String toXml() {
        return "";
    }

    @Override
    public void fromXml(String content) {}

    public static final class Unsecured extends AuthorizationStrategy {
        @Override
        public boolean standinAllows(String user, Permission permission) {
            return true;
        }
    }
}
