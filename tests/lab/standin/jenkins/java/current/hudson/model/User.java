package hudson.model;

import standin.model.UserBase;

/** Users since 2.91 are asked for by id. */
public class User extends UserBase {
    public User(String id) {
        super(id);
    }

    public static User getById(String id, boolean create) {
        return get(id, create);
    }
}
