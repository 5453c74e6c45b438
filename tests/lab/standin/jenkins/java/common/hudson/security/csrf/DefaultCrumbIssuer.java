package hudson.security.csrf;

import java.io.File;
import standin.home.Files2;
import standin.home.Xml;
import standin.model.JenkinsBase;
import standin.model.Passwords;

/** Bound to the HTTP session since 2.176.2, to the client's address (unless told not to) before. */
public class DefaultCrumbIssuer extends CrumbIssuer {
    private boolean excludeClientIPFromCrumb;

    public DefaultCrumbIssuer(boolean excludeClientIPFromCrumb) {
        this.excludeClientIPFromCrumb = excludeClientIPFromCrumb;
    }

    public DefaultCrumbIssuer() {}

    public boolean isExcludeClientIPFromCrumb() {
        return excludeClientIPFromCrumb;
    }

    @Override
    public String getCrumbRequestField() {
        return JenkinsBase.current().version().legacy() ? ".crumb" : "Jenkins-Crumb";
    }

    @Override
    public String standinCrumb(String user, String session, String address) {
        JenkinsBase jenkins = JenkinsBase.current();
        String salt = Files2.secret(new File(jenkins.getRootDir(), "secrets/jenkins.model.Jenkins.crumbSalt"), 16);
        if (jenkins.version().legacy()) {
            return Passwords.digest("MD5", user + (excludeClientIPFromCrumb ? "" : ";" + address) + salt);
        }
        return Passwords.digest("SHA-256", user + ";" + session + salt);
    }

    @Override
    public String toXml() {
        return Xml.element("excludeClientIPFromCrumb", excludeClientIPFromCrumb);
    }

    @Override
    public void fromXml(String content) {
        excludeClientIPFromCrumb = "true".equals(Xml.text(content, "excludeClientIPFromCrumb"));
    }
}
