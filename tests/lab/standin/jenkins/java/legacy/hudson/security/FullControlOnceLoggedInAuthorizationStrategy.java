package hudson.security;

/** Before 2.0 anonymous always reads, and no property says otherwise. */
public class FullControlOnceLoggedInAuthorizationStrategy extends AuthorizationStrategy {
    @Override
    public boolean standinAllows(String user, Permission permission) {
        return !user.equals(ANONYMOUS) || permission == Permission.READ;
    }
}
