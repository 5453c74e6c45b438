package org.apache.commons.jelly;

import java.io.IOException;
import java.net.URL;
import org.xml.sax.SAXException;
import standin.plugins.Views;

/** Compiles scripts, and gives none. */
public final class JellyContext {
    public Object compileScript(URL source) throws JellyException {
        try {
            Views.check(source);
            return null;
        } catch (IOException | SAXException e) {
            throw new JellyException("Could not parse Jelly script : " + source, e);
        }
    }
}
