// Makes views live, and loads the linked plugin `id` where `load` is "yes" and Jenkins does not have it yet.
// For every core since 1.6xx, so in the Groovy of Groovy 1.8. `id` and `load` are put before it.
def plugins = jenkins.model.Jenkins.getInstance().getPluginManager()
org.kohsuke.stapler.MetaClass.NO_CACHE = true
def answer = [before: plugins.getPlugin(id) != null, version: null, active: false, restart: false, error: null]
if (!answer.before && load == 'yes') {
    try {
        plugins.dynamicLoad(new File(plugins.rootDir, id + '.hpl'))
    } catch (Throwable thrown) {
        answer.restart = thrown.getClass().getSimpleName() == 'RestartRequiredException'
        Throwable cause = thrown
        while (cause.getCause() != null && cause.getCause() != cause) { cause = cause.getCause() }
        answer.error = cause.toString()
    }
}
def found = plugins.getPlugin(id)
if (found != null) {
    answer.version = found.getVersion()
    answer.active = found.isActive()
}
def failed = plugins.getFailedPlugins().findAll { it.name == id || it.name.startsWith(id + '.') }
if (!failed.isEmpty() && answer.error == null) {
    Throwable cause = failed[-1].cause
    while (cause.getCause() != null && cause.getCause() != cause) { cause = cause.getCause() }
    answer.error = cause.toString()
}
return answer
