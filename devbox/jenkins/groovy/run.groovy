// Runs a script in Jenkins and answers with one line: what it printed, what it returned, or why it failed.
// /scriptText says 200 whatever happens. Before this stands `devbox`, which holds the script and its arguments.
// For every core since 1.6xx, so in the Groovy of Groovy 1.8.
import groovy.json.JsonOutput
import jenkins.model.Jenkins
import org.codehaus.groovy.control.CompilerConfiguration
import org.codehaus.groovy.control.MultipleCompilationErrorsException
import org.codehaus.groovy.control.customizers.ImportCustomizer
import org.codehaus.groovy.runtime.StackTraceUtils

def text = { List pieces -> new String(pieces.join('').decodeBase64(), 'UTF-8') }

// Data stay data; what is none becomes its text.
def plain
plain = { value, int depth ->
    if (value == null || value instanceof Boolean) { return value }
    if (value instanceof Number) {
        boolean finite = !(value instanceof Double || value instanceof Float) || !(value.isNaN() || value.isInfinite())
        return finite ? value : value.toString()
    }
    if (depth < 40 && value instanceof Map) {
        Map found = new LinkedHashMap()
        value.each { each -> found.put(String.valueOf(each.key), plain(each.value, depth + 1)) }
        return found
    }
    if (depth < 40 && (value instanceof Collection || value.getClass().isArray())) {
        return value.collect { each -> plain(each, depth + 1) }
    }
    return String.valueOf(value)
}

def where = { Throwable thrown ->
    def frame = thrown.getStackTrace().find { it.fileName == devbox.name }
    return frame == null ? null : frame.lineNumber
}

def syntax = { MultipleCompilationErrorsException thrown ->
    def causes = thrown.errorCollector.errors.collect { it.metaClass.hasProperty(it, 'cause') ? it.cause : null }
    def first = causes.find { it != null && it.metaClass.hasProperty(it, 'line') }
    return [kind: 'syntax', message: first == null ? thrown.message : first.originalMessage,
            line: first == null ? null : first.line, column: first == null ? null : first.startColumn, trace: '']
}

def problem = { Throwable thrown ->
    def line = null
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
        line = where(cause) == null ? line : where(cause)
    }
    def trace = new StringWriter()
    StackTraceUtils.deepSanitize(thrown).printStackTrace(new PrintWriter(trace, true))
    return [kind: 'exception', message: String.valueOf(thrown), line: line, column: null, trace: trace.toString()]
}

def printed = new StringWriter()
def answer = [result: null, failure: null]
try {
    Map arguments = [:]
    devbox.arguments.each { pair -> arguments.put(text(pair[0]), text(pair[1])) }
    Binding binding = new Binding()
    arguments.each { key, value -> binding.setVariable(key, value) }
    binding.setVariable('args', arguments)
    binding.setVariable('out', new PrintWriter(printed, true))
    ImportCustomizer imports = new ImportCustomizer()
    imports.addStarImports('jenkins', 'jenkins.model', 'hudson', 'hudson.model')
    CompilerConfiguration configuration = new CompilerConfiguration()
    configuration.addCompilationCustomizers(imports)
    ClassLoader loader = Jenkins.getInstance().getPluginManager().uberClassLoader
    GroovyShell shell = new GroovyShell(loader, binding, configuration)
    answer.result = plain(shell.evaluate(text(devbox.script), devbox.name), 0)
} catch (MultipleCompilationErrorsException thrown) {
    answer.failure = syntax(thrown)
} catch (Throwable thrown) {
    answer.failure = problem(thrown)
}
answer.output = printed.toString()
println(devbox.token + JsonOutput.toJson(answer).getBytes('UTF-8').encodeBase64().toString())
