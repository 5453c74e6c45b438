package hudson.security.captcha;

/** Named in the realm's constructor; nobody makes one. */
public abstract class CaptchaSupport {}
