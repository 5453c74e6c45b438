package hudson.model;

/** Adds a page. */
public interface Action {
    String getIconFileName();

    String getDisplayName();

    String getUrlName();
}
