package hudson.security;

/** Hudson's first strategy: {@code admin} may do all, everybody may read. */
public class LegacyAuthorizationStrategy extends AuthorizationStrategy {
    @Override
    public boolean standinAllows(String user, Permission permission) {
        return user.equals("admin") || permission == Permission.READ;
    }
}
