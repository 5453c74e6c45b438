package hudson.model;

import java.util.ArrayList;
import java.util.List;

/** The controller's own executors, and the ones that appear for a build that only waits for others. */
public class Computer {
    private final List<Executor> executors = new ArrayList<>();
    private final List<Executor> oneOff = new ArrayList<>();

    public Computer(int number) {
        for (int i = 0; i < number; i++) {
            executors.add(new Executor());
        }
        oneOff.add(new Executor());
    }

    public List<Executor> getExecutors() {
        return executors;
    }

    public List<Executor> getOneOffExecutors() {
        return oneOff.stream().filter(Executor::isBusy).toList();
    }

    public int countBusy() {
        return (int) executors.stream().filter(Executor::isBusy).count();
    }

    public Executor standinOneOff() {
        return oneOff.get(0);
    }
}
