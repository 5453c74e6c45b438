package standin.web;

import hudson.PluginWrapper;
import hudson.model.UpdateCenter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import standin.Log;
import standin.http.Multipart;
import standin.http.Response;

/** The upload of a plugin, and the jobs that come of it. */
final class Updates {
    private Updates() {}

    /** Two parts by position since 2.320; a blank second one means the file of the first. */
    static Response upload(Exchange x) {
        if (!x.request.method().equals("POST")) {
            return x.advertise(Response.html(405, "<html><body>POST is required</body></html>"));
        }
        List<Multipart> parts = Multipart.of(x.request);
        if (x.controller.version.atLeast("2.320") && !parts.get(1).text().isBlank()) {
            throw new IllegalStateException("the stand-in fetches nothing: " + parts.get(1).text());
        }
        String name = parts.get(0).fileName() == null ? "" : parts.get(0).fileName().replaceFirst(".*[/\\\\]", "");
        if (name.isEmpty()) {
            return Response.redirect("advanced");
        }
        if (!name.endsWith(".hpi") && !name.endsWith(".jpi")) {
            throw new Failure(name + " is not a Jenkins plugin");
        }
        try {
            deploy(x, parts.get(0).content());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Response.redirect(x.controller.version.legacy() ? x.rootUrl() + "updateCenter" : "updates/");
    }

    private static void deploy(Exchange x, byte[] content) throws IOException {
        File file = File.createTempFile("uploaded", ".jpi");
        file.deleteOnExit();
        Files.write(file.toPath(), content);
        String name = file.getName().replace(".jpi", "");
        try (JarFile jar = new JarFile(file)) {
            String line = jar.getManifest().getMainAttributes().getValue("Plugin-Dependencies");
            for (String one : line == null || x.controller.version.legacy() ? new String[0] : line.split(",")) {
                if (one.split("[:;]").length < 2) {
                    throw new ArrayIndexOutOfBoundsException("Index 1 out of bounds for length 1");
                }
            }
            name = PluginWrapper.computeShortName(jar.getManifest(), file.getName());
        } catch (IOException e) {
            Log.warning("hudson.PluginManager", "identifyPluginShortName",
                    "Failed to identify the short name from " + file, e);
        }
        x.jenkins().getUpdateCenter().standinDeploy(name, file);
    }

    static Response jobs(Exchange x) {
        UpdateCenter center = x.jenkins().getUpdateCenter();
        boolean whole = x.request.parameters().containsKey("tree");
        int depth = whole ? 2 : Plugins.depth(x);
        return Api.json(x, "hudson.model.UpdateCenter", Json.object(
                "availables", List.of(),
                "jobs", center.getJobs().stream().map(job -> depth == 0 ? Map.of() : shown(job, depth)).toList(),
                "restartRequiredForCompletion", center.isRestartRequiredForCompletion(),
                "sites", List.of()));
    }

    private static Map<String, Object> shown(UpdateCenter.Job job, int depth) {
        Map<String, Object> plain = Json.object("errorMessage", job.errorMessage, "id", job.id, "type", job.type);
        if (job.name != null) {
            plain.put("name", job.name);
            plain.put("status", Json.object("success", job.success(), "type", job.status));
            plain.put("plugin", depth < 2 ? Map.of() : Json.object("name", job.name, "sourceId", "_upload",
                    "url", job.upload.toURI().toString(), "version", "0"));
        }
        return plain;
    }

    /** POST .../plugin/NAME/doUninstall: the file goes, the rest at the next start. */
    static Response uninstall(Exchange x, String name) {
        PluginWrapper plugin = x.jenkins().getPluginManager().getPlugin(name);
        if (plugin == null || !x.request.method().equals("POST")) {
            return null;
        }
        File file = new File(plugin.parent.rootDir, name + ".jpi");
        return file.delete() ? Response.redirect(x.rootUrl() + "pluginManager/installed") : null;
    }

    /** What Jenkins throws for a request that it will not carry out. */
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;

        Failure(String message) {
            super("hudson.model.Failure: " + message);
        }
    }
}
