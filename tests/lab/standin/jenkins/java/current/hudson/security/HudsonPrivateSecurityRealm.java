package hudson.security;

import hudson.model.User;
import hudson.security.captcha.CaptchaSupport;
import standin.model.PrivateRealm;

/** Current: a user without an account is none. */
public class HudsonPrivateSecurityRealm extends PrivateRealm {
    public HudsonPrivateSecurityRealm() {
        super(false);
    }

    public HudsonPrivateSecurityRealm(boolean allowsSignup) {
        super(allowsSignup);
    }

    public HudsonPrivateSecurityRealm(boolean allowsSignup, boolean enableCaptcha, CaptchaSupport captcha) {
        super(allowsSignup);
    }

    public User getUser(String id) {
        User user = User.getById(id, false);
        return user == null || user.getPasswordHash() == null ? null : user;
    }
}
