package org.kohsuke.stapler;

import org.kohsuke.stapler.jelly.JellyClassLoaderTearOff;

/** What Stapler knows of a class loader. */
public final class MetaClassLoader {
    public final ClassLoader loader;

    private MetaClassLoader(ClassLoader loader) {
        this.loader = loader;
    }

    public static MetaClassLoader get(ClassLoader loader) {
        return new MetaClassLoader(loader);
    }

    public <T> T loadTearOff(Class<T> type) {
        return type.cast(new JellyClassLoaderTearOff(this));
    }
}
