package hudson.security.csrf;

import standin.home.Persisted;

/** Makes the value that a POST must carry. */
public abstract class CrumbIssuer implements Persisted {
    /** The name of the header (or form field) that carries the crumb. */
    public abstract String getCrumbRequestField();

    /** The crumb of a user, in a session, from an address; what of these counts is the issuer's affair. */
    public abstract String standinCrumb(String user, String session, String address);

    @Override
    public String toXml() {
        return "";
    }

    @Override
    public void fromXml(String content) {}
}
