package org.apache.commons.jelly;

/** A script that is no Jelly. */
public final class JellyException extends Exception {
    private static final long serialVersionUID = 1;

    public JellyException(String message, Throwable cause) {
        super(message, cause);
    }

    /** -1: not known here, though perhaps in the cause. */
    public int getLineNumber() {
        return -1;
    }

    public int getColumnNumber() {
        return -1;
    }
}
