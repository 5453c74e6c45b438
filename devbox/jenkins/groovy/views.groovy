// Says what is wrong with views of the plugin `id`, as Stapler's own compiler sees it: `paths`, one a line.
// For every core since 1.6xx, so in the Groovy of Groovy 1.8. `id` and `paths` are put before it.
def plugin = jenkins.model.Jenkins.getInstance().getPluginManager().getPlugin(id)
def answer = []
if (plugin != null) {
    def context = null
    try {
        def owner = org.kohsuke.stapler.MetaClassLoader.get(plugin.classLoader)
        context = owner.loadTearOff(org.kohsuke.stapler.jelly.JellyClassLoaderTearOff.class).createContext()
    } catch (Throwable unknown) {
        return answer // a Stapler that hides its compiler says nothing beforehand; the page does
    }
    paths.split('\n').each { path ->
        URL url = new File(path).toURI().toURL()
        try {
            if (path.endsWith('.groovy')) {
                new GroovyShell(plugin.classLoader).parse(new File(path))
            } else {
                context.compileScript(url)
            }
        } catch (Throwable thrown) {
            int line = -1
            int column = -1
            String message = thrown.getMessage()
            for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
                if (cause.metaClass.respondsTo(cause, 'getLineNumber').size() > 0 && cause.getLineNumber() > 0) {
                    line = cause.getLineNumber()
                    column = cause.getColumnNumber()
                    message = cause.getMessage()
                }
            }
            answer << [path: path, line: line, column: column, message: message]
        }
    }
}
return answer
