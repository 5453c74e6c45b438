package standin.plugins;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.codehaus.groovy.runtime.InvokerHelper;
import org.xml.sax.Attributes;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;

/** The little of Jelly that tests need: well-formed XML, whose own elements are written out and `${it.x}` filled in. */
public final class Template extends DefaultHandler {
    private static final Pattern EXPRESSION = Pattern.compile("\\$\\{it((?:\\.\\w+)*)\\}");
    private final StringBuilder text = new StringBuilder();
    private final List<Boolean> written = new ArrayList<>();

    private Template() {}

    static Template parse(InputStream in, String systemId) throws IOException, SAXException {
        Template template = new Template();
        SAXParserFactory factory = SAXParserFactory.newInstance();
        factory.setNamespaceAware(true);
        InputSource source = new InputSource(in);
        source.setSystemId(systemId);
        try {
            factory.newSAXParser().parse(source, template);
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
        return template;
    }

    @Override
    public void fatalError(SAXParseException e) throws SAXException {
        throw e;
    }

    @Override
    public void startElement(String uri, String local, String name, Attributes attributes) {
        boolean own = uri.isEmpty();
        written.add(own);
        if (own) {
            text.append('<').append(local);
            for (int i = 0; i < attributes.getLength(); i++) {
                text.append(' ').append(attributes.getLocalName(i)).append("=\"")
                        .append(attributes.getValue(i).replace("\"", "&quot;")).append('"');
            }
            text.append('>');
        }
    }

    @Override
    public void endElement(String uri, String local, String name) {
        if (written.remove(written.size() - 1)) {
            text.append("</").append(local).append('>');
        }
    }

    @Override
    public void characters(char[] piece, int start, int length) {
        text.append(piece, start, length);
    }

    String render(Object it) {
        Matcher matcher = EXPRESSION.matcher(text);
        return matcher.replaceAll(found -> Matcher.quoteReplacement(String.valueOf(value(it, found.group(1)))));
    }

    private static Object value(Object it, String path) {
        Object value = it;
        for (String name : path.isEmpty() ? new String[0] : path.substring(1).split("\\.")) {
            value = value == null ? null : InvokerHelper.getProperty(value, name);
        }
        return value == null ? "" : value;
    }
}
