package standin.home;

import hudson.model.User;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.stream.Stream;

/** Users as files: {@code users/<folder>/config.xml}, the folder's name as the version has it. */
public final class UserFiles {
    private final File folder;
    private final boolean legacy;

    public UserFiles(File home, boolean legacy) {
        this.folder = new File(home, "users");
        this.legacy = legacy;
    }

    public void load() {
        File[] all = folder.listFiles(File::isDirectory);
        for (File one : all == null ? new File[0] : all) {
            File config = new File(one, "config.xml");
            if (config.exists()) {
                read(Files2.read(config));
            }
        }
    }

    private void read(String xml) {
        User user = User.get(Xml.text(xml, "id"), true);
        user.setFullName(Xml.text(xml, "fullName"));
        user.setPasswordHash(Xml.text(xml, "passwordHash"));
        user.standinToken().fromXml(xml);
    }

    public void save(User user) {
        String hash = user.getPasswordHash() == null ? "" : Xml.element("passwordHash", user.getPasswordHash());
        Files2.write(new File(folderOf(user), "config.xml"), "<?xml version='1.1' encoding='UTF-8'?>\n<user>\n"
                + Xml.element("id", user.getId()) + Xml.element("fullName", user.getFullName())
                + "<properties>\n" + user.standinToken().toXml() + hash + "</properties>\n</user>\n");
    }

    public void delete(User user) {
        try (Stream<java.nio.file.Path> paths = Files.walk(folderOf(user).toPath())) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private File folderOf(User user) {
        String id = user.getId().toLowerCase(java.util.Locale.ROOT);
        String plain = id.replaceAll("[^a-z0-9]", "_");
        return new File(folder, legacy ? id : plain + "_" + Integer.toUnsignedString(id.hashCode()));
    }
}
