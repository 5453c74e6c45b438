package standin.web;

import hudson.PluginManager;
import hudson.PluginWrapper;
import hudson.model.RootAction;
import hudson.security.Permission;
import java.io.File;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.xml.sax.SAXException;
import standin.http.Response;
import standin.plugins.Views;

/** What there is of plugins: their list, their pages, their static files. */
final class Plugins {
    private Plugins() {}

    /** Without a depth (or a tree) the list shows nothing of each; what failed is not in it. */
    static Response list(Exchange x) {
        PluginManager manager = x.jenkins().getPluginManager();
        return Api.json(x, "hudson.LocalPluginManager", Json.object("plugins", manager.getPlugins().stream()
                .map(one -> depth(x) > 0 || x.request.parameters().containsKey("tree") ? shown(one) : Map.of())
                .toList()));
    }

    static int depth(Exchange x) {
        return Integer.parseInt(x.request.parameters().getOrDefault("depth", "0"));
    }

    private static Map<String, Object> shown(PluginWrapper one) {
        return Json.object(
                "active", one.isActive(),
                "backupVersion", one.getBackupVersion(),
                "bundled", one.isBundled(),
                "deleted", false,
                "dependencies", one.getDependencies().stream().map(need -> Json.object(
                        "optional", need.optional, "shortName", need.shortName, "version", need.version)).toList(),
                "downgradable", one.getBackupVersion() != null,
                "enabled", one.isEnabled(),
                "hasUpdate", false,
                "longName", one.getLongName(),
                "pinned", one.isPinned(),
                "requiredCoreVersion", one.getRequiredCoreVersion(),
                "shortName", one.getShortName(),
                "supportsDynamicLoad", one.supportsDynamicLoad(),
                "url", one.attribute("Url"),
                "version", one.getVersion());
    }

    /** `/plugin/NAME/...` is a plugin's static file, `/NAME/VIEW` a page of one of its actions; else 404. */
    static Response page(Exchange x) {
        String[] parts = URLDecoder.decode(x.path, StandardCharsets.UTF_8).substring(1).split("/", 3);
        Response found = null;
        try {
            if (x.path.matches("/pluginManager/plugin/[^/]+/doUninstall")) {
                found = x.may(Permission.FULL_CONTROL) ? Updates.uninstall(x, parts[2].split("/")[0])
                        : Denied.page(x, Permission.FULL_CONTROL);
            } else if (parts.length == 3 && parts[0].equals("plugin")) {
                found = file(x.jenkins().getPluginManager().getPlugin(parts[1]), parts[2]);
            } else {
                found = view(x, parts);
            }
        } catch (IOException | SAXException e) {
            throw new IllegalStateException(e.toString(), e);
        }
        return found != null ? found
                : x.advertise(Response.html(404, "<html><head><title>Not Found - Jenkins</title></head></html>"));
    }

    private static Response view(Exchange x, String[] parts) throws IOException, SAXException {
        RootAction action = x.jenkins().getPluginManager().standinAction(parts[0]);
        if (action == null || parts.length > 2) {
            return null;
        }
        if (parts.length == 1) {
            return Response.redirect(x.rootUrl() + parts[0] + "/");
        }
        String page = Views.render(action, parts[1].isEmpty() ? "index" : parts[1]);
        return page == null ? null : x.advertise(Response.html(200, "<!DOCTYPE html>" + page));
    }

    private static Response file(PluginWrapper plugin, String path) throws IOException {
        if (plugin == null || !plugin.isActive() || List.of(path.split("/")).contains("..")
                || path.matches("(?i)(META-INF|WEB-INF)(/.*)?")) {
            return null;
        }
        File file = new File(plugin.baseResource, path);
        return file.isFile() ? new Response(200).header("Content-Type", "application/octet-stream")
                .header("Expires", "0").body(Files.readAllBytes(file.toPath())) : null;
    }
}
