package hudson.model;

import hudson.PluginManager;
import hudson.RestartRequiredException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import standin.Log;

/** The jobs that install plugins, one after the other; forgotten at each start. No update site is ever reached. */
public class UpdateCenter {
    private final PluginManager plugins;
    private final boolean legacy;
    private final AtomicInteger iota = new AtomicInteger();
    private final List<Job> jobs = new CopyOnWriteArrayList<>();
    private final ExecutorService installer = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "Update center installer thread");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean restartRequired;

    public UpdateCenter(PluginManager plugins, boolean legacy) {
        this.plugins = plugins;
        this.legacy = legacy;
    }

    /** A job; `status` is one of Jenkins' own names for it. `name` null: it looks whether the site is reachable. */
    public static final class Job {
        public final int id;
        public final String type;
        public final String name;
        public final File upload;
        public volatile String status = "Pending";
        public volatile String errorMessage;

        Job(int id, String type, String name, File upload) {
            this.id = id;
            this.type = type;
            this.name = name;
            this.upload = upload;
        }

        public boolean success() {
            return status.startsWith("Success");
        }
    }

    public List<Job> getJobs() {
        return List.copyOf(jobs);
    }

    public boolean isRestartRequiredForCompletion() {
        return restartRequired;
    }

    /** Install an uploaded file under this short name, later. */
    public void standinDeploy(String name, File upload) {
        jobs.add(new Job(iota.incrementAndGet(), "ConnectionCheckJob", null, null));
        Job job = new Job(iota.incrementAndGet(), "InstallationJob", name, upload);
        jobs.add(job);
        installer.submit(() -> run(job));
    }

    private void run(Job job) {
        job.status = "Installing";
        try {
            Log.info("hudson.model.UpdateCenter$DownloadJob", "run", "Starting the installation of " + job.name);
            install(job);
            plugins.dynamicLoad(new File(plugins.rootDir, job.name + ".jpi"));
            Log.info("hudson.model.UpdateCenter$DownloadJob", "run", "Installation successful: " + job.name);
            job.status = "Success";
        } catch (RestartRequiredException e) {
            restartRequired = true;
            job.status = "SuccessButRequiresRestart";
        } catch (Exception e) {
            IOException shown = new IOException("Failed to dynamically deploy this plugin", e);
            Log.severe("hudson.model.UpdateCenter$DownloadJob", "run", "Failed to install " + job.name, shown);
            job.errorMessage = shown.getMessage();
            job.status = "Failure";
        }
    }

    /** Into its place; what was there becomes NAME.bak. A bundled plugin of old cores is pinned. */
    private void install(Job job) throws IOException {
        File target = new File(plugins.rootDir, job.name + ".jpi");
        File backup = new File(plugins.rootDir, job.name + ".bak");
        for (File old : List.of(new File(plugins.rootDir, job.name + ".hpi"), target)) {
            if (old.exists()) {
                Files.move(old.toPath(), backup.toPath(), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.copy(job.upload.toPath(), new File(target.getPath() + ".tmp").toPath(),
                StandardCopyOption.REPLACE_EXISTING);
        Files.move(new File(target.getPath() + ".tmp").toPath(), target.toPath());
        var there = plugins.getPlugin(job.name);
        if (legacy && there != null && there.isBundled()) {
            Files.writeString(new File(target.getPath() + ".pinned").toPath(), "");
        }
    }
}
