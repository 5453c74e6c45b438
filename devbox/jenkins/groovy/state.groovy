// What a running Jenkins says of its plugins. For every core since 1.6xx, so in the Groovy of Groovy 1.8.
import jenkins.model.Jenkins
import java.util.jar.JarFile
import java.util.jar.Manifest

Jenkins core = Jenkins.getInstance()
def manager = core.getPluginManager()

def causes = { Throwable thrown ->
    def said = []
    for (Throwable cause = thrown; cause != null && said.size() < 10; cause = cause.getCause()) {
        said << String.valueOf(cause)
    }
    return said
}

def nameIn = { File file ->
    try {
        if (file.name.endsWith('pl')) {
            String first = file.readLines('UTF-8')[0]
            File named = first.startsWith('Manifest-Version') ? file : new File(first)
            named = named.isAbsolute() ? named : new File(file.parentFile, first)
            return named.withInputStream { new Manifest(it).mainAttributes.getValue('Short-Name') }
        }
        JarFile jar = new JarFile(file)
        try { return jar.manifest.mainAttributes.getValue('Short-Name') } finally { jar.close() }
    } catch (Throwable unreadable) {
        return null
    }
}

// A file that has a loaded plugin's own name is that plugin's: opening a hundred of them takes a while.
Set names = manager.getPlugins().collect { it.getShortName() } as Set
Map archives = [:]
manager.rootDir.listFiles().each { file ->
    if (file.isFile() && file.name ==~ /.*\.[hj]p[il]/) {
        String base = file.name.substring(0, file.name.length() - 4)
        archives.put(file.name, names.contains(base) && file.name.endsWith('i') ? base : nameIn(file))
    }
}

Map deployed = [:]
File[] records = new File(core.getRootDir(), 'devbox-plugins').listFiles()
records.each { file -> if (file.isFile()) { deployed.put(file.name, file.getText('UTF-8').trim()) } }

def builds = []
core.getComputers().each { computer ->
    (computer.getExecutors() + computer.getOneOffExecutors()).each { executor ->
        if (executor.isBusy()) { builds << String.valueOf(executor.getCurrentExecutable()) }
    }
}

return [
    core: Jenkins.VERSION,
    session: Jenkins.SESSION_HASH,
    java: System.getProperty('java.specification.version'),
    plugins: manager.getPlugins().collect {
        [name: it.getShortName(), version: it.getVersion(), active: it.isActive(), enabled: it.isEnabled(),
         bundled: it.isBundled(), title: it.getLongName()]
    },
    unstarted: manager.getPlugins().findAll { it.isActive() && it.getPlugin() == null }.collect { it.getShortName() },
    failed: manager.getFailedPlugins().collect { [name: it.name, causes: causes(it.cause)] },
    archives: archives,
    deployed: deployed,
    builds: builds,
    last: core.getUpdateCenter().getJobs().collect { it.id }.max(),
]
