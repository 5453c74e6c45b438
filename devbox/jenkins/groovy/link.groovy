// Makes views live, and loads the linked plugin `id` where `load` is "yes" and Jenkins does not have it yet.
// For every core since 1.6xx, so in the Groovy of Groovy 1.8. `id` and `load` are put before it.
def plugins = jenkins.model.Jenkins.getInstance().getPluginManager()
org.kohsuke.stapler.MetaClass.NO_CACHE = true
def root = { Throwable cause ->
    while (cause.getCause() != null && cause.getCause() != cause) { cause = cause.getCause() }
    return cause.toString()
}
// What Jenkins takes out of its own WAR for a plugin that loads is there at once, and runs only after a restart.
def unstarted = { plugins.getPlugins().findAll { it.isActive() && it.getPlugin() == null }.collect { it.getShortName() } }
def answer = [before: plugins.getPlugin(id) != null, version: null, active: false, restart: false, error: null]
if (!answer.before && load == 'yes') {
    def already = unstarted()
    try {
        plugins.dynamicLoad(new File(plugins.rootDir, id + '.hpl'))
    } catch (Throwable thrown) {
        answer.restart = thrown.getClass().getSimpleName() == 'RestartRequiredException'
        answer.error = root(thrown)
    }
    answer.restart = answer.restart || !(unstarted() - already - [id]).isEmpty()
}
def found = plugins.getPlugin(id)
if (found != null) {
    answer.version = found.getVersion()
    answer.active = found.isActive()
}
// Jenkins forgets no failure until it starts again: what is loaded now may have failed before.
if (!answer.active && (answer.error == null || answer.restart)) {
    def names = [id] + ['.hpl', '.jpl', '.jpi', '.hpi'].collect { id + it }
    def failed = plugins.getFailedPlugins().findAll { names.contains(it.name) }
    if (!failed.isEmpty()) { answer.error = root(failed[-1].cause) }
}
return answer
