"""The environment, the docker CLI's files and the daemon's, against each other."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from urllib.parse import urlsplit

from devbox.doctor import cures
from devbox.doctor.checks.words import fail, ok, skip, warn
from devbox.doctor.facts import Facts, Missing, Parsed, Settings, StoredContext
from devbox.doctor.model import Finding, Remedy, Risk
from devbox.engine.hosts import HOST_ONLY_NETWORKS

_KEPT_HOST = ("DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_MACHINE_NAME")


def docker_host(facts: Facts) -> list[Finding]:
    """`DOCKER_HOST`: left over from a VM that is gone, or in the way of the current context."""
    id, value = "env.docker-host", facts.env.get("DOCKER_HOST", "")
    if not value:
        left = [name for name in _KEPT_HOST if facts.env.get(name)]
        if left and not _by_flag(facts):
            unset = Remedy("Forget them.", f"unset {' '.join(left)}")
            title = f"{' and '.join(left)} {'is' if len(left) == 1 else 'are'} set, DOCKER_HOST is not"
            return warn(id, title, "without DOCKER_HOST they steer the default endpoint", unset)
        return ok(id, "DOCKER_HOST is not set")
    if _by_flag(facts):
        return ok(id, f"DOCKER_HOST={value} is not used: a flag names the endpoint")
    if not facts.engine.reach.ok and facts.where.endpoint is not None:
        why = _stale(facts)
        if not why:
            return skip(id, "the engine that it names does not answer: see engine.reachable")
        return fail(id, f"DOCKER_HOST={value} is stale: it leads to no engine", why, cures.UNSET_HOST)
    current = _current(facts)
    if current:
        said = f"the docker CLI and devbox go to {value}, whatever `docker context use` says"
        return warn(id, f"DOCKER_HOST is set: it wins over the context {current}", said, cures.UNSET_HOST)
    return ok(id, f"DOCKER_HOST={value} leads to an engine" if facts.engine.reach.ok else f"DOCKER_HOST={value}")


def _stale(facts: Facts) -> str:
    """Why a DOCKER_HOST that leads nowhere looks like one of the past; "" when its engine may just be down."""
    if facts.others:
        return f"an engine answers at {facts.others[0].host}"
    if any(facts.env.get(name) for name in ("DOCKER_MACHINE_NAME", "MINIKUBE_ACTIVE_DOCKERD")):
        return "it was set for a VM, by docker-machine or minikube"
    try:
        address = ipaddress.ip_address(urlsplit(facts.where.url).hostname or "")
    except ValueError:
        return ""
    own = any(address in network for network in HOST_ONLY_NETWORKS)
    return f"{address} is the address of a boot2docker or docker-machine VM" if own else ""


def docker_context(facts: Facts) -> list[Finding]:
    """`DOCKER_CONTEXT`: shadowed by `DOCKER_HOST`, or of a context that is not there."""
    id, name = "env.docker-context", facts.env.get("DOCKER_CONTEXT", "")
    if not name:
        return ok(id, "DOCKER_CONTEXT is not set")
    if facts.env.get("DOCKER_HOST"):
        said = "DOCKER_HOST beats DOCKER_CONTEXT in the docker CLI"
        which = Remedy("Keep one of the two.", "unset DOCKER_HOST")
        return warn(id, f"DOCKER_CONTEXT={name} has no effect: DOCKER_HOST is set too", said, which)
    if isinstance(facts.settings, Missing):
        return skip(id, facts.settings)
    if name != "default" and not _stored(facts, name):
        return fail(id, f"DOCKER_CONTEXT={name}: there is no such context", _known(facts), cures.UNSET_CONTEXT)
    return ok(id, f"DOCKER_CONTEXT={name}")


def current_context(facts: Facts) -> list[Finding]:
    """`currentContext` of config.json: of a context that is not there."""
    id = "context.current"
    if isinstance(facts.settings, Missing):
        return skip(id, facts.settings)
    if facts.settings.config.problem:
        return skip(id, "config.json cannot be used")
    name = facts.settings.config.value.get("currentContext")
    if name is None or name in ("", "default"):
        return ok(id, "the current context is the default one")
    path = str(facts.settings.config.path)
    if not isinstance(name, str):
        drop = cures.drop_key(path, "currentContext")
        return fail(id, "currentContext in config.json is no text", path, drop)
    stored = _stored(facts, name)
    shadowed = bool(facts.env.get("DOCKER_HOST") or facts.env.get("DOCKER_CONTEXT") or _by_flag(facts))
    if stored is None:
        say = warn if shadowed else fail
        other = _other(facts)
        return say(
            id, f"the current context {name} does not exist", _known(facts), *other, cures.use_context("default")
        )
    return ok(id, f"the current context is {name}", stored.host)


def _other(facts: Facts) -> tuple[Remedy, ...]:
    """An engine that answers elsewhere is better than the default, which may be none."""
    first = [other for other in facts.others if other.name != "default"]
    if not first or any(other.name == "default" for other in facts.others):
        return ()
    name, host = first[0].name, first[0].host
    return (cures.use_context(name) if first[0].stored else cures.create_context(name, host),)


def store(facts: Facts) -> list[Finding]:
    """Contexts whose files are broken: one of them makes `docker context ls` fail."""
    id = "context.store"
    if isinstance(facts.settings, Missing):
        return skip(id, facts.settings)
    found = facts.settings.contexts
    broken = [context for context in found if context.problem]
    if not broken:
        return ok(id, f"{len(found)} contexts are stored" if found else "no contexts are stored")
    said = "; ".join(f"{context.folder}: {context.problem}" for context in broken)
    used = {facts.where.context, facts.env.get("DOCKER_CONTEXT", ""), _current(facts)}
    say = fail if any(context.name in used for context in broken) else warn
    names = ", ".join(context.name if _named(context) else f"{context.name[:12]}…" for context in broken)
    return say(id, f"broken contexts in the docker CLI's store: {names}", said, *map(_remove, broken[:3]))


def _named(context: StoredContext) -> bool:
    """Whether its name could be read: what is called by its folder's digest has none that we know."""
    return context.name != context.folder.name


def _remove(context: StoredContext) -> Remedy:
    if _named(context):
        return cures.remove_context(context.name)
    return Remedy("Remove its folder.", f"rm -r {context.folder}", Risk.SETTINGS)


def config(facts: Facts) -> list[Finding]:
    """The docker CLI's config.json."""
    return _file(facts, "config.docker", lambda settings: settings.config, "the docker CLI's config.json", fails=True)


def daemon(facts: Facts) -> list[Finding]:
    """The daemon's daemon.json: with a mistake in it, it does not start."""
    return _file(facts, "config.daemon", lambda settings: settings.daemon, "daemon.json", fails=False)


def _file(facts: Facts, id: str, which: Callable[[Settings], Parsed], called: str, *, fails: bool) -> list[Finding]:
    if isinstance(facts.settings, Missing):
        return skip(id, facts.settings)
    parsed = which(facts.settings)
    if not parsed.there:
        return ok(id, f"there is no {parsed.path.name}")
    if not parsed.problem:
        return ok(id, f"{called} can be read")
    aside = Remedy(f"Correct {parsed.path}, or move it out of the way.", f"mv {parsed.path} {parsed.path}.broken")
    bites = fails or not facts.engine.reach.ok
    if "cannot be read" in parsed.problem and not fails:
        return skip(id, f"{parsed.path}: {parsed.problem}")
    return (fail if bites else warn)(id, f"{called} cannot be used", f"{parsed.path}: {parsed.problem}", aside)


def credentials(facts: Facts) -> list[Finding]:
    """The credential helpers that config.json names: a missing one stops logins, builds and the SDK's pulls."""
    id = "config.credentials"
    if isinstance(facts.settings, Missing) or isinstance(facts.helpers, Missing):
        return skip(id, "the settings were not read")
    missing = [name for name, path in facts.helpers.items() if path is None]
    if not missing:
        return ok(id, "every credential helper is there" if facts.helpers else "no credential helper is named")
    path, value = str(facts.settings.config.path), facts.settings.config.value
    keys: list[tuple[str, ...]] = [("credsStore",)] if value.get("credsStore") in missing else []
    per_registry = value.get("credHelpers")
    entries = per_registry.items() if isinstance(per_registry, dict) else ()
    keys += [("credHelpers", registry) for registry, name in entries if name in missing]
    programs = " and ".join(f"docker-credential-{name}" for name in missing)
    are = "is" if len(missing) == 1 else "are"
    places = ", ".join(" / ".join(key) for key in keys)
    said = f"{path} names it under {places}; docker login, Compose, builds and the SDK's pulls fail on it"
    here = not isinstance(facts.tools, Missing) and facts.tools
    drop = [cures.drop_key(path, *key) for key in keys]
    return (fail if here else warn)(id, f"{programs} {are} not on PATH", said, *drop)


def _by_flag(facts: Facts) -> bool:
    return facts.where.endpoint is not None and facts.where.endpoint.rule in ("--host", "--context")


def _current(facts: Facts) -> str:
    if isinstance(facts.settings, Missing):
        return ""
    name = facts.settings.config.value.get("currentContext")
    return name if isinstance(name, str) and name != "default" else ""


def _stored(facts: Facts, name: str) -> StoredContext | None:
    stored = () if isinstance(facts.settings, Missing) else facts.settings.contexts
    return next((context for context in stored if context.name == name), None)


def _known(facts: Facts) -> str:
    stored = () if isinstance(facts.settings, Missing) else facts.settings.contexts
    return f"there are: {', '.join(['default', *(context.name for context in stored)])}"
