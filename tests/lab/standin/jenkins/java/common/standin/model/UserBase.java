package standin.model;

import hudson.model.User;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import jenkins.security.ApiTokenProperty;
import standin.home.UserFiles;

/** What hudson.model.User is in all versions; ids ignore case, as Jenkins' do. */
public abstract class UserBase {
    private static final Map<String, User> ALL = new ConcurrentSkipListMap<>(String.CASE_INSENSITIVE_ORDER);
    private final String id;
    private final ApiTokenProperty token;
    private String fullName;
    private String passwordHash;

    protected UserBase(String id) {
        this.id = id;
        this.fullName = id;
        this.token = new ApiTokenProperty();
        this.token.setUser((User) this);
    }

    /** The user of this name; made on the spot where there is none. */
    public static User get(String name) {
        return get(name, true);
    }

    public static User get(String name, boolean create) {
        if (create) {
            return ALL.computeIfAbsent(name, User::new);
        }
        return ALL.get(name);
    }

    public static Collection<User> getAll() {
        return new TreeMap<>(ALL).values();
    }

    /** Forget all and read the users of the home again: a new boot. */
    static void reload(UserFiles files) {
        ALL.clear();
        files.load();
    }

    public String getId() {
        return id;
    }

    public String getFullName() {
        return fullName;
    }

    public void setFullName(String name) {
        fullName = name;
    }

    public String getPasswordHash() {
        return passwordHash;
    }

    public void setPasswordHash(String hash) {
        passwordHash = hash;
    }

    /** Only the property that holds API tokens is there. */
    public <T> T getProperty(Class<T> type) {
        return type.isInstance(token) ? type.cast(token) : null;
    }

    public ApiTokenProperty standinToken() {
        return token;
    }

    public void save() {
        JenkinsBase.current().userFiles().save((User) this);
    }

    public void delete() {
        ALL.remove(id);
        JenkinsBase.current().userFiles().delete((User) this);
    }

    @Override
    public String toString() {
        return fullName;
    }
}
