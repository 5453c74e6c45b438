package hudson.security;

import java.util.Set;
import java.util.TreeSet;
import standin.home.Xml;

/** The bundled matrix-auth plugin of the 1.x line. */
public class GlobalMatrixAuthorizationStrategy extends AuthorizationStrategy {
    private final Set<String> granted = new TreeSet<>();

    public void add(Permission permission, String sid) {
        granted.add(permission.getId() + ":" + sid);
    }

    @Override
    public boolean standinAllows(String user, Permission permission) {
        return granted.contains(permission.getId() + ":" + user)
                || !user.equals(ANONYMOUS) && granted.contains(permission.getId() + ":authenticated");
    }

    @Override
    public String toXml() {
        StringBuilder xml = new StringBuilder();
        granted.forEach(one -> xml.append(Xml.element("permission", one)));
        return xml.toString();
    }

    @Override
    public void fromXml(String content) {
        granted.addAll(Xml.texts(content, "permission"));
    }
}
