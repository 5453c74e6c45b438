package hudson.model;

import standin.model.UserBase;

/** Users before 2.91: get makes them. */
public class User extends UserBase {
    public User(String id) {
        super(id);
    }
}
