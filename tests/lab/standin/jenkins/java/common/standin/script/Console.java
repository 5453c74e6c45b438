package standin.script;

import groovy.lang.Binding;
import groovy.lang.GroovyShell;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.codehaus.groovy.control.CompilerConfiguration;
import org.codehaus.groovy.control.customizers.ImportCustomizer;

/** The script console: output, then the result; an exception is output too. */
public final class Console {
    private Console() {}

    public static String run(String script, ClassLoader loader) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text, true);
        Binding binding = new Binding();
        binding.setVariable("out", out);
        ImportCustomizer imports = new ImportCustomizer();
        imports.addStarImports("jenkins", "jenkins.model", "hudson", "hudson.model");
        CompilerConfiguration configuration = new CompilerConfiguration();
        configuration.addCompilationCustomizers(imports);
        try {
            Object result = new GroovyShell(loader, binding, configuration).evaluate(script);
            if (result != null) {
                out.println("Result: " + result);
            }
        } catch (Throwable thrown) {
            thrown.printStackTrace(out);
        }
        return text.toString();
    }
}
