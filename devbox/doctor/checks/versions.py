"""The engine's API versions against every client that is found here, in both directions."""

from __future__ import annotations

from collections.abc import Callable

from devbox.doctor import clients
from devbox.doctor.checks.words import SILENT, fail, ok, skip, warn
from devbox.doctor.cures import RECREATE, UPDATE, lower_minimum, upgrade_cli
from devbox.doctor.facts import EngineFacts, Facts, Libraries, Missing, Tool
from devbox.doctor.model import Finding, Remedy, Risk
from devbox.doctor.sources.tools import numbers
from devbox.engine.window import Api, Window, engine_for, ours, overlap, parse_api

_UPGRADE_DEVBOX = Remedy("Upgrade devbox.", "python -m pip install --upgrade devbox")
_UPGRADE_SDK = Remedy("Upgrade the SDK.", "python -m pip install --upgrade 'docker>=7.1'")


def release(facts: Facts) -> list[Finding]:
    """An engine below API 1.24: no client of today speaks to it."""
    id, window = "engine.release", facts.engine.window
    if window is None:
        return skip(id, SILENT)
    if window.high < clients.FLOOR:
        return fail(
            id,
            f"{facts.engine.name} is too old for every client of today",
            f"it speaks API {window}, and clients begin at {clients.FLOOR} (Docker 1.12)",
            UPDATE,
            RECREATE,
        )
    return ok(id, f"{facts.engine.name} speaks API {window}")


def devbox(facts: Facts) -> list[Finding]:
    """Our own SDK."""
    version = facts.python.docker if not isinstance(facts.python, Missing) else ""
    name = f"devbox' Docker SDK {version}".rstrip()
    return compare("api.devbox", facts.engine, name, ours(), _UPGRADE_DEVBOX)


def docker_cli(facts: Facts) -> list[Finding]:
    """The docker command on PATH."""
    tool = _found(facts, "docker")
    cure = upgrade_cli(facts, tool.version if tool else "")
    return _tool(facts, "api.docker-cli", "docker", "the docker CLI", clients.cli_window, cure)


def compose(facts: Facts) -> list[Finding]:
    """Compose, as a plugin and as a program."""
    found: list[Finding] = []
    for name in ("compose", "docker-compose"):
        cure = Remedy(f"Upgrade Compose ({name}).")
        found += _tool(facts, "api.compose", name, "Docker Compose", clients.compose_window, cure)
    there = [finding for finding in found if finding.status != "skip"]
    return there or found[:1]


def buildx(facts: Facts) -> list[Finding]:
    """buildx: its own window, and whether Compose takes it."""
    id, cure = "api.buildx", Remedy("Upgrade buildx.")
    found = _tool(facts, id, "buildx", "buildx", clients.buildx_window, cure)
    tool, compose = _found(facts, "buildx"), _found(facts, "compose")
    old = tool and tool.version and numbers(tool.version) < clients.COMPOSE_WANTS_BUILDX
    if found[0].status == "ok" and old and tool and compose and numbers(compose.version) >= (2,):
        least = ".".join(map(str, clients.COMPOSE_WANTS_BUILDX))
        said = f"Compose {compose.version} builds with buildx {least} or later"
        return warn(id, f"buildx {tool.version} is too old for Compose", said, cure)
    return found


def pinned(facts: Facts) -> list[Finding]:
    """`DOCKER_API_VERSION`: the docker CLI and Compose then speak that version and no other."""
    id, value = "api.pinned", facts.env.get("DOCKER_API_VERSION", "")
    if not value:
        return ok(id, "DOCKER_API_VERSION is not set")
    window, pin = facts.engine.window, parse_api(value)
    unset = Remedy("Let clients find the version out (in this shell, and where it is set).", "unset DOCKER_API_VERSION")
    if pin is None:
        return fail(id, f"DOCKER_API_VERSION is {value!r}, which is no version", "a version is like 1.44", unset)
    if window is None:
        return skip(id, SILENT)
    if window.low <= pin <= window.high:
        return ok(id, f"DOCKER_API_VERSION={pin} lies in {facts.engine.name}'s {window}")
    fitting = Remedy("Or pin one that it speaks.", f"export DOCKER_API_VERSION={window.high}")
    said = _spoken(facts.engine)
    return fail(id, _outside("DOCKER_API_VERSION", pin, facts.engine, window), said, unset, fitting)


def docker_java(facts: Facts) -> list[Finding]:
    """`api.version` of `~/.docker-java.properties`."""
    id = "api.docker-java"
    if isinstance(facts.settings, Missing):
        return skip(id, facts.settings)
    file, window = facts.settings.docker_java, facts.engine.window
    if file.problem:
        return warn(id, f"{file.path} cannot be used", file.problem)
    value = str(file.value.get("api.version", ""))
    if not value:
        return ok(id, "docker-java pins no API version")
    pin = parse_api(value)
    if pin is None:
        drop = Remedy("Remove that line.", None, Risk.SETTINGS, "config.drop-key", (str(file.path), "api.version"))
        return fail(id, f"docker-java's api.version is {value!r}, which is no version", str(file.path), drop)
    if window is None:
        return skip(id, SILENT)
    if window.low <= pin <= window.high:
        return ok(id, f"docker-java's api.version={pin} lies in {facts.engine.name}'s {window}")
    cure = set_property(str(file.path), window)
    return fail(id, _outside("docker-java's api.version", pin, facts.engine, window), str(file.path), cure)


def set_property(path: str, window: Window) -> Remedy:
    """Pin docker-java at what the engine speaks."""
    version = str(min(window.high, max(window.low, Api(1, 44))))
    text = f"Set api.version={version} in {path}."
    return Remedy(text, None, Risk.SETTINGS, "properties.set", (path, "api.version", version))


def testcontainers(facts: Facts) -> list[Finding]:
    """Testcontainers for Java in Maven's and Gradle's caches: before 2.0.2 it asks for API 1.32."""
    id, found = "api.testcontainers", facts.libraries
    if isinstance(found, Missing) or isinstance(facts.settings, Missing):
        return skip(id, found if isinstance(found, Missing) else "the settings were not read")
    if not found.testcontainers:
        return ok(id, "no Testcontainers for Java in the caches of Maven and Gradle")
    newest, window = found.testcontainers[-1], facts.engine.window
    if facts.settings.docker_java.value.get("api.version"):
        return ok(id, f"Testcontainers {newest} goes by docker-java's api.version")
    if window is None:
        return skip(id, SILENT)
    return _testcontainers(facts.engine, found, window, set_property(str(facts.settings.docker_java.path), window))


def _testcontainers(engine: EngineFacts, found: Libraries, window: Window, pin: Remedy) -> list[Finding]:
    id, newest = "api.testcontainers", found.testcontainers[-1]
    old = [version for version in found.testcontainers if _refused(clients.testcontainers_window(version), window)]
    if not old:
        return ok(id, f"Testcontainers {newest} and {engine.name} understand each other")
    tries, needs = ".".join(map(str, clients.TESTCONTAINERS_TRIES)), clients.DOCKER_JAVA_DEFAULT
    title = f"Testcontainers {old[-1]} asks {engine.name} for API {needs}, and that speaks {window}"
    lower = lower_minimum(engine, Window(needs, needs))
    cures = (Remedy(f"Use Testcontainers {tries} or later."), pin, *lower)
    said = f"in the caches of Maven and Gradle: {', '.join(found.testcontainers[-6:])}"
    return (fail if old[-1] == newest else warn)(id, title, said, *cures)


def _refused(client: Window | None, engine: Window) -> bool:
    return client is not None and overlap(client, engine) is None


def sdk(facts: Facts) -> list[Finding]:
    """The Docker SDK and its neighbours: docker below 7.1 does not work with requests 2.32."""
    id, found = "sdk.neighbours", facts.python
    if isinstance(found, Missing):
        return skip(id, found)
    if not found.docker:
        return fail(id, "the Docker SDK for Python is not installed", "", _UPGRADE_SDK)
    beside = f"docker {found.docker} with requests {found.requests or '(none)'}"
    if numbers(found.docker) < clients.SDK_FITS_REQUESTS and numbers(found.requests) >= (2, 32):
        said = f'{beside}: it fails with "Not supported URL scheme http+docker"'
        return fail(
            id, f"the Docker SDK {found.docker} does not work with requests {found.requests}", said, _UPGRADE_SDK
        )
    return ok(id, f"the Docker SDK fits its neighbours: {beside}")


def compare(id: str, engine: EngineFacts, name: str, client: Window, *upgrades: Remedy) -> list[Finding]:
    """A client's window against the engine's, with both names in the sentence."""
    window = engine.window
    if window is None:
        return skip(id, SILENT)
    both = overlap(client, window)
    if both:
        said = f"in API {both}: {name} speaks {client}, the engine {window}"
        return ok(id, f"{name} and {engine.name} understand each other", said)
    said = _spoken(engine)
    if window.high < client.low:
        title = f"{engine.name} is too old for {name}: it speaks API {window}, {name} needs {client.low} or later"
        return fail(id, title, said, UPDATE, RECREATE)
    title = f"{name} is too old for {engine.name}: it speaks API {client}, {engine.name} wants {window.low} or later"
    return fail(id, title, said, *upgrades, *lower_minimum(engine, client))


def _tool(
    facts: Facts, id: str, name: str, called: str, window_of: Callable[[str], Window | None], *upgrades: Remedy
) -> list[Finding]:
    if isinstance(facts.tools, Missing):
        return skip(id, facts.tools)
    tool = _found(facts, name)
    if tool is None:
        return skip(id, f"{called} is not installed")
    if tool.problem:
        return warn(id, f"{called} does not run", f"{tool.path}: {tool.problem}")
    window = window_of(tool.version)
    if window is None:
        return skip(id, f"{called} {tool.version} is not in the table of versions")
    return compare(id, facts.engine, f"{called} {tool.version}", window, *upgrades)


def _found(facts: Facts, name: str) -> Tool | None:
    tools = () if isinstance(facts.tools, Missing) else facts.tools
    return next((tool for tool in tools if tool.name == name), None)


def _outside(name: str, pin: Api, engine: EngineFacts, window: Window) -> str:
    side = "above" if pin > window.high else "below"
    return f"{name} {pin} is {side} what {engine.name} speaks ({window})"


def _spoken(engine: EngineFacts) -> str:
    """What the engine itself said to a pinned client, or which release its version is of."""
    if engine.pinned:
        return f"it answers: {engine.pinned}"
    top = parse_api(engine.api)
    return f"API {engine.api} came with Docker {engine_for(top) or '(newer than known)'}" if top else ""
