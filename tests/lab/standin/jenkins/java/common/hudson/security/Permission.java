package hudson.security;

/** A permission; {@code impliedBy} is the stronger one that includes it. */
public final class Permission {
    public static final Permission FULL_CONTROL = new Permission("hudson.model.Hudson.Administer", null);
    public static final Permission READ = new Permission("hudson.model.Hudson.Read", FULL_CONTROL);

    public final Permission impliedBy;
    private final String id;

    private Permission(String id, Permission impliedBy) {
        this.id = id;
        this.impliedBy = impliedBy;
    }

    public String getId() {
        return id;
    }

    @Override
    public String toString() {
        return "Permission[" + id + "]";
    }
}
