package jenkins.security;

import hudson.model.User;
import jenkins.security.apitoken.ApiTokenStore;
import jenkins.security.apitoken.ApiTokenStore.TokenUuidAndPlainValue;

/** Since 2.129: any number of named tokens, of which only hashes are kept. */
public class ApiTokenProperty {
    private final ApiTokenStore tokenStore = new ApiTokenStore();
    private User user;

    public void setUser(User owner) {
        user = owner;
    }

    public ApiTokenStore getTokenStore() {
        return tokenStore;
    }

    /** Make a token and save the user with it. */
    public TokenUuidAndPlainValue generateNewToken(String name) {
        TokenUuidAndPlainValue made = tokenStore.generateNewToken(name);
        user.save();
        return made;
    }

    public String getApiToken() {
        return "This user does not have a legacy token";
    }

    public boolean hasLegacyToken() {
        return false;
    }

    public boolean matchesPassword(String password) {
        return tokenStore.matches(password);
    }

    public String toXml() {
        return tokenStore.toXml();
    }

    public void fromXml(String xml) {
        tokenStore.fromXml(xml);
    }
}
