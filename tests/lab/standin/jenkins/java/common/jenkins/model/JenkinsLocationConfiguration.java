package jenkins.model;

import java.io.File;
import standin.home.Files2;
import standin.home.Xml;
import standin.model.JenkinsBase;

/** The root URL and the administrator's address, in a file of their own. */
public class JenkinsLocationConfiguration {
    private String url;
    private String adminAddress;

    public JenkinsLocationConfiguration() {
        load();
    }

    public static JenkinsLocationConfiguration get() {
        return JenkinsBase.current().location();
    }

    public String getUrl() {
        return url;
    }

    /** Sets and saves; an empty URL is none, and one without a slash at its end gets it. */
    public void setUrl(String value) {
        String given = value == null || value.isBlank() ? null : value.strip();
        url = given == null || given.endsWith("/") ? given : given + "/";
        save();
    }

    public String getAdminAddress() {
        return adminAddress == null ? "address not configured yet <nobody@nowhere>" : adminAddress;
    }

    public void setAdminAddress(String value) {
        adminAddress = value;
        save();
    }

    public void save() {
        Files2.write(file(), "<?xml version='1.1' encoding='UTF-8'?>\n<jenkins.model.JenkinsLocationConfiguration>\n"
                + (adminAddress == null ? "" : Xml.element("adminAddress", adminAddress))
                + (url == null ? "" : Xml.element("jenkinsUrl", url))
                + "</jenkins.model.JenkinsLocationConfiguration>\n");
    }

    public void load() {
        if (file().exists()) {
            String xml = Files2.read(file());
            url = Xml.text(xml, "jenkinsUrl");
            adminAddress = Xml.text(xml, "adminAddress");
        }
    }

    private static File file() {
        return new File(JenkinsBase.current().getRootDir(), "jenkins.model.JenkinsLocationConfiguration.xml");
    }
}
