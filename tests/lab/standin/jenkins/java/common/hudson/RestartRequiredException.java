package hudson;

/** The plugin's new file is in place, and takes effect at the next start. */
public class RestartRequiredException extends Exception {
    private static final long serialVersionUID = 1;

    public RestartRequiredException(String message) {
        super(message);
    }
}
