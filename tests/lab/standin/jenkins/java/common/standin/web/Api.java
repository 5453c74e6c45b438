package standin.web;

import hudson.model.Hudson;
import hudson.security.csrf.CrumbIssuer;
import java.util.List;
import java.util.Map;
import standin.http.Response;

/** The pages that answer JSON. */
final class Api {
    private Api() {}

    static Response root(Exchange x) {
        Hudson jenkins = x.jenkins();
        boolean legacy = x.controller.version.legacy();
        return json(x, "hudson.model.Hudson", Json.object(
                "assignedLabels", legacy ? List.of(Map.of()) : List.of(Json.object("name", "built-in")),
                "mode", "NORMAL",
                "nodeDescription", legacy ? "the master Jenkins node" : "the Jenkins controller's built-in node",
                "nodeName", "",
                "numExecutors", jenkins.getNumExecutors(),
                "description", jenkins.getSystemMessage(),
                "jobs", List.of(),
                "overallLoad", Map.of(),
                "primaryView", Json.object("name", "all", "url", x.rootUrl()),
                "quietingDown", false,
                "slaveAgentPort", jenkins.getSlaveAgentPort(),
                "unlabeledLoad", Map.of(),
                "url", jenkins.getRootUrl() == null ? x.rootUrl() : jenkins.getRootUrl(),
                "useCrumbs", jenkins.isUseCrumbs(),
                "useSecurity", jenkins.isUseSecurity(),
                "views", List.of(Json.object("name", "all", "url", x.rootUrl()))));
    }

    static Response whoAmI(Exchange x) {
        return json(x, "hudson.security.WhoAmI", Json.object(
                "anonymous", x.anonymous(),
                "authenticated", true,
                "authorities", List.of(x.anonymous() ? "" : "authenticated"),
                "details", null,
                "name", x.user(),
                "toString", ""));
    }

    static Response crumb(Exchange x) {
        CrumbIssuer issuer = x.jenkins().getCrumbIssuer();
        if (issuer == null) {
            return x.advertise(Response.html(404, "<html><head><title>Not Found</title></head></html>"));
        }
        return json(x, "hudson.security.csrf.DefaultCrumbIssuer", Json.object(
                "crumb", Crumbs.of(x, issuer), "crumbRequestField", issuer.getCrumbRequestField()));
    }

    static Response computers(Exchange x) {
        return json(x, "hudson.model.ComputerSet", Json.object(
                "busyExecutors", 0,
                "computer", List.of(Json.object(
                        "displayName", x.controller.version.legacy() ? "master" : "Built-In Node",
                        "jnlpAgent", false, "numExecutors", x.jenkins().getNumExecutors(), "offline", false)),
                "totalExecutors", x.jenkins().getNumExecutors()));
    }

    /** Since 2.506: everybody may ask whether an enforced agent port really listens. */
    static Response health(Exchange x) {
        if (!x.controller.version.atLeast("2.506")) {
            return Pages.missing(x);
        }
        Hudson jenkins = x.jenkins();
        boolean enforced = Boolean.getBoolean("jenkins.model.Jenkins.slaveAgentPortEnforce");
        boolean well = !enforced || jenkins.getSlaveAgentPort() <= 0 || jenkins.getTcpSlaveAgentListener() != null;
        return well ? Response.json(200, "{\"status\":true}") : Response.json(503,
                "{\"status\":false,\"failures\":[\"hudson.TcpSlaveAgentListener$EnforcedPortHealthCheck\"]}");
    }

    static Response json(Exchange x, String type, Map<String, Object> value) {
        Map<String, Object> shown = Json.tree(value, x.request.parameters().get("tree"));
        if (!x.controller.version.legacy()) {
            Map<String, Object> typed = Json.object("_class", type);
            typed.putAll(shown);
            shown = typed;
        }
        return x.advertise(Response.json(200, Json.text(shown)));
    }
}
