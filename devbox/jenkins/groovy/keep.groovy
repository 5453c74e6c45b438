// Copies a plugin's files to devbox-plugins/before, so that they can be put back. `names`: file names in plugins/.
// For every core since 1.6xx, so in the Groovy of Groovy 1.8.
import jenkins.model.Jenkins

File home = Jenkins.getInstance().getRootDir()
File before = new File(home, 'devbox-plugins/before')
before.mkdirs()
before.listFiles().each { it.delete() }
return names.split('\n').findAll { it && new File(home, 'plugins/' + it).isFile() }.collect { name ->
    File source = new File(home, 'plugins/' + name)
    File target = new File(before, name)
    target.withOutputStream { to -> source.withInputStream { from -> to << from } }
    if (target.length() != source.length()) { throw new IOException(name + ' could not be copied') }
    name
}
