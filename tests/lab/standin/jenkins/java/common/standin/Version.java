package standin;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Arrays;
import java.util.jar.Manifest;

/** A Jenkins version such as 2.568.2 or 1.610, and which of the contract's gates it has passed. */
public record Version(String text) implements Comparable<Version> {

    /** The version that this WAR's manifest gives. */
    public static Version ofThisWar() throws IOException {
        URL manifest = new URL("jar:" + Version.class.getProtectionDomain().getCodeSource().getLocation()
                + "!/META-INF/MANIFEST.MF");
        try (InputStream in = manifest.openStream()) {
            return new Version(new Manifest(in).getMainAttributes().getValue("Jenkins-Version"));
        }
    }

    public boolean atLeast(String other) {
        return compareTo(new Version(other)) >= 0;
    }

    /** Before 2.0: open by default, no wizard, no crumbs unless set. */
    public boolean legacy() {
        return !atLeast("2.0");
    }

    @Override
    public int compareTo(Version other) {
        return Arrays.compare(numbers(text), numbers(other.text));
    }

    private static int[] numbers(String version) {
        String plain = version.split("[^0-9.]", 2)[0];
        return Arrays.stream(plain.split("\\.")).filter(s -> !s.isEmpty()).mapToInt(Integer::parseInt).toArray();
    }
}
