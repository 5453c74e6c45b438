package hudson.model;

/** A page right below the root. */
public interface RootAction extends Action {}
