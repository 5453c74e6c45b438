package standin.home;

/** A part of the configuration that survives a restart as an element of an XML file. */
public interface Persisted {

    /** The element's content, without the element itself. */
    String toXml();

    /** Take the state back from what {@link #toXml} wrote. */
    void fromXml(String content);
}
