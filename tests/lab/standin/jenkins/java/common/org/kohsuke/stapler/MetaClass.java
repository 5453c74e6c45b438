package org.kohsuke.stapler;

/** Whether views are read anew at each request. */
public class MetaClass {
    public static boolean NO_CACHE = Boolean.getBoolean("stapler.jelly.noCache");
}
