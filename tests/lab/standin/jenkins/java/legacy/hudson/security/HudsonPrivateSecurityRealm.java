package hudson.security;

import hudson.model.User;
import hudson.security.captcha.CaptchaSupport;
import standin.model.PrivateRealm;

/** Before 2.0: asking for a user makes one (without a password), so the answer is never null. */
public class HudsonPrivateSecurityRealm extends PrivateRealm {
    public HudsonPrivateSecurityRealm() {
        super(true);
    }

    public HudsonPrivateSecurityRealm(boolean allowsSignup) {
        super(allowsSignup);
    }

    public HudsonPrivateSecurityRealm(boolean allowsSignup, boolean enableCaptcha, CaptchaSupport captcha) {
        super(allowsSignup);
    }

    public User getUser(String id) {
        return User.get(id);
    }
}
