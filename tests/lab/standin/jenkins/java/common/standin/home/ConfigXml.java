package standin.home;

import hudson.security.AuthorizationStrategy;
import hudson.security.SecurityRealm;
import hudson.security.csrf.CrumbIssuer;
import java.io.File;
import java.io.IOException;
import jenkins.model.Jenkins;

/** config.xml: the controller's own configuration. */
public final class ConfigXml {
    private final Jenkins jenkins;
    private final File file;

    public ConfigXml(Jenkins jenkins) {
        this.jenkins = jenkins;
        this.file = new File(jenkins.getRootDir(), "config.xml");
    }

    public void write() {
        StringBuilder xml = new StringBuilder("<?xml version='1.1' encoding='UTF-8'?>\n<hudson>\n");
        xml.append(Xml.element("version", jenkins.version().text()));
        xml.append(Xml.element("numExecutors", jenkins.getNumExecutors())).append("<mode>NORMAL</mode>\n");
        xml.append(Xml.element("useSecurity", jenkins.isUseSecurity()));
        typed(xml, "authorizationStrategy", jenkins.getAuthorizationStrategy());
        typed(xml, "securityRealm", jenkins.getSecurityRealm());
        xml.append(Xml.element("slaveAgentPort", jenkins.getSlaveAgentPort()));
        typed(xml, "crumbIssuer", jenkins.getCrumbIssuer());
        if (jenkins.getSystemMessage() != null) {
            xml.append(Xml.element("systemMessage", jenkins.getSystemMessage()));
        }
        Files2.write(file, xml.append("</hudson>\n").toString());
    }

    /** Read it where there is one; one that cannot be understood fails the boot, as in Jenkins. */
    public void read() throws IOException {
        if (!file.exists()) {
            return;
        }
        String xml = Files2.read(file);
        if (!xml.contains("<hudson>") || !xml.stripTrailing().endsWith("</hudson>")) {
            throw new IOException("Unable to read " + file);
        }
        boolean secured = !"false".equals(Xml.text(xml, "useSecurity"));
        jenkins.setSecurityRealm(secured ? part(xml, "securityRealm", SecurityRealm.class) : null);
        jenkins.setAuthorizationStrategy(
                secured ? part(xml, "authorizationStrategy", AuthorizationStrategy.class) : null);
        jenkins.setCrumbIssuer(part(xml, "crumbIssuer", CrumbIssuer.class));
        jenkins.setSystemMessage(Xml.text(xml, "systemMessage"));
        if (Xml.text(xml, "numExecutors") != null) {
            jenkins.setNumExecutors(Integer.parseInt(Xml.text(xml, "numExecutors")));
        }
        if (Xml.text(xml, "slaveAgentPort") != null) {
            jenkins.standinAgentPort(Integer.parseInt(Xml.text(xml, "slaveAgentPort")));
        }
    }

    private static void typed(StringBuilder xml, String name, Persisted value) {
        if (value != null) {
            xml.append('<').append(name).append(" class=\"").append(value.getClass().getName()).append("\">\n");
            xml.append(value.toXml()).append("</").append(name).append(">\n");
        }
    }

    private <T extends Persisted> T part(String xml, String name, Class<T> type) throws IOException {
        String[] found = Xml.typed(xml, name);
        if (found == null) {
            return null;
        }
        if (found[0].equals(SecurityRealm.None.class.getName())) {
            return type.cast(SecurityRealm.NO_AUTHENTICATION);
        }
        if (found[0].equals(AuthorizationStrategy.Unsecured.class.getName())) {
            return type.cast(AuthorizationStrategy.UNSECURED);
        }
        try {
            ClassLoader loader = jenkins.getPluginManager().uberClassLoader;
            T value = type.cast(loader.loadClass(found[0]).getDeclaredConstructor().newInstance());
            value.fromXml(found[1]);
            return value;
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new IOException("Unable to read " + file, e);
        }
    }
}
