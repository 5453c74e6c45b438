package hudson;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks what Jenkins finds by itself, by the names in {@code META-INF/annotations/hudson.Extension.txt}. */
@Retention(RetentionPolicy.SOURCE)
@Target(ElementType.TYPE)
public @interface Extension {
    double ordinal() default 0;
}
