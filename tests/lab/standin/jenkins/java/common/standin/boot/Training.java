package standin.boot;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;
import standin.Log;
import standin.script.Console;

/** While the image is built: use what a usual boot uses, so that its classes get into the archive, and exit. */
final class Training {
    private static final String[] PAGES = {"/login", "/api/json", "/health", "/whoAmI/api/json",
        "/crumbIssuer/api/json", "/tcpSlaveAgentListener/"};

    private Training() {}

    static void begin(Controller controller) {
        if (Knobs.training()) {
            new Thread(() -> train(controller), "training").start();
        }
    }

    private static void train(Controller controller) {
        try {
            for (String page : PAGES) {
                URL url = new URL("http://127.0.0.1:" + controller.httpPort() + page);
                ((HttpURLConnection) url.openConnection()).getResponseCode();
            }
            Console.run("println([1, 2].collect { it + 1 }); return 42", Training.class.getClassLoader());
            System.exit(0);
        } catch (IOException e) {
            Log.severe("standin.boot.Training", "train", "training failed", e);
            System.exit(1);
        }
    }
}
