package hudson.util;

import standin.Version;

/** What {@code Jenkins.getVersion()} gives. */
public class VersionNumber implements Comparable<VersionNumber> {
    private final Version version;

    public VersionNumber(String text) {
        version = new Version(text);
    }

    public boolean isOlderThan(VersionNumber other) {
        return compareTo(other) < 0;
    }

    public boolean isNewerThan(VersionNumber other) {
        return compareTo(other) > 0;
    }

    @Override
    public int compareTo(VersionNumber other) {
        return version.compareTo(other.version);
    }

    @Override
    public String toString() {
        return version.text();
    }
}
