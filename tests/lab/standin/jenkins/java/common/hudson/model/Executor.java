package hudson.model;

/** Runs one build at a time. */
public class Executor {
    private volatile Object running;

    public boolean isBusy() {
        return running != null;
    }

    public boolean isIdle() {
        return running == null;
    }

    public Object getCurrentExecutable() {
        return running;
    }

    /** Pretend to run this build, null: none any more. */
    public void standinRun(Object build) {
        running = build;
    }
}
