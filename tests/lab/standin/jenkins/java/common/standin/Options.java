package standin;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The launcher's arguments (Winstone's): `--name=value` or `--flag`; an unknown one is refused. */
public record Options(Map<String, String> values) {
    private static final Set<String> KNOWN = Set.of(
            "prefix", "httpPort", "httpListenAddress", "httpKeepAliveTimeout", "httpsPort", "sessionTimeout",
            "sessionEviction", "enable-future-java", "webroot", "logfile", "version", "help", "accessLoggerClassName",
            "requestHeaderSize", "maxParamCount", "useJmx", "qtpMaxThreadsCount", "pluginroot", "extractedFilesFolder",
            "httpsKeyStore", "httpsKeyStorePassword", "ajp13Port", "handlerCountMax", "handlerCountMaxIdle");

    public static Options parse(String[] arguments) {
        Map<String, String> values = new TreeMap<>();
        for (String argument : arguments) {
            if (argument.startsWith("--")) {
                String[] pair = argument.substring(2).split("=", 2);
                if (!KNOWN.contains(pair[0])) {
                    throw new IllegalArgumentException("Unrecognized option: " + argument);
                }
                values.put(pair[0], pair.length == 2 ? pair[1] : "true");
            }
        }
        return new Options(values);
    }

    public boolean flag(String name) {
        return values.containsKey(name);
    }

    /** The context path: empty or `/x`, never with a slash at its end. */
    public String prefix() {
        String raw = values.getOrDefault("prefix", "").replaceAll("/+$", "");
        return raw.isEmpty() || raw.startsWith("/") ? raw : "/" + raw;
    }

    public int httpPort() {
        return Integer.parseInt(values.getOrDefault("httpPort", "8080"));
    }

    public String listenAddress() {
        return values.getOrDefault("httpListenAddress", "0.0.0.0");
    }
}
