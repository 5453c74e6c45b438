package org.kohsuke.stapler.jelly;

import org.apache.commons.jelly.JellyContext;
import org.kohsuke.stapler.MetaClassLoader;

/** Jelly's part of a class loader. */
public final class JellyClassLoaderTearOff {
    public JellyClassLoaderTearOff(MetaClassLoader owner) {}

    public JellyContext createContext() {
        return new JellyContext();
    }
}
