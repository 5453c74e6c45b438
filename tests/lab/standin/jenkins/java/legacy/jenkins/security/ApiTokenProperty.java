package jenkins.security;

import hudson.model.User;
import standin.home.Files2;
import standin.home.Xml;

/** Before 2.129: one token for each user, there from the start, shown in the clear. */
public class ApiTokenProperty {
    private User user;
    private String apiToken = Files2.randomHex(16);

    public void setUser(User owner) {
        user = owner;
    }

    public String getApiToken() {
        user.save(); // the seed must live on for the token shown to stay good
        return apiToken;
    }

    public boolean matchesPassword(String password) {
        return apiToken.equals(password);
    }

    public void changeApiToken() {
        apiToken = Files2.randomHex(16);
        user.save();
    }

    public String toXml() {
        return Xml.element("apiToken", apiToken);
    }

    public void fromXml(String xml) {
        String kept = Xml.text(xml, "apiToken");
        apiToken = kept == null ? apiToken : kept;
    }
}
