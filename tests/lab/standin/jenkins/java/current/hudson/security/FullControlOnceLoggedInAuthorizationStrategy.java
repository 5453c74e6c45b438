package hudson.security;

import standin.home.Xml;

/** Since 2.0 anonymous reading can be switched off; it is on by default. */
public class FullControlOnceLoggedInAuthorizationStrategy extends AuthorizationStrategy {
    private boolean denyAnonymousReadAccess;

    public boolean isAllowAnonymousRead() {
        return !denyAnonymousReadAccess;
    }

    public void setAllowAnonymousRead(boolean allow) {
        denyAnonymousReadAccess = !allow;
    }

    @Override
    public boolean standinAllows(String user, Permission permission) {
        return !user.equals(ANONYMOUS) || permission == Permission.READ && !denyAnonymousReadAccess;
    }

    @Override
    public String toXml() {
        return Xml.element("denyAnonymousReadAccess", denyAnonymousReadAccess);
    }

    @Override
    public void fromXml(String content) {
        denyAnonymousReadAccess = "true".equals(Xml.text(content, "denyAnonymousReadAccess"));
    }
}
