package hudson;

/** What a plugin's Plugin-Class extends. */
public class Plugin {
    transient PluginWrapper wrapper;

    public PluginWrapper getWrapper() {
        return wrapper;
    }

    public void start() throws Exception {}

    public void postInitialize() throws Exception {}

    public void stop() throws Exception {}

    /** For plugins that name no class. */
    static final class DummyImpl extends Plugin {}
}
