"""Whether an engine answers at the endpoint; if not, exactly what is in the way."""

from __future__ import annotations

from collections.abc import Callable

from devbox.doctor import cures
from devbox.doctor.checks.words import fail, ok, skip
from devbox.doctor.facts import Facts, Missing
from devbox.doctor.model import Finding, Remedy, Risk
from devbox.frozen import dataclass


@dataclass(frozen=True)
class Case:
    """One way not to answer: the title, and what cures it (mildest first)."""

    title: str
    cures: Callable[[Facts], tuple[Remedy, ...]]


def endpoint(facts: Facts) -> list[Finding]:
    """Whether the settings name an endpoint that can be used."""
    id, where = "engine.endpoint", facts.where
    if where.endpoint is not None:
        context = f", context {where.context}" if where.context else ""
        return ok(id, f"the endpoint is {where.url}", f"chosen by {where.endpoint.rule}{context}")
    assert where.error is not None
    error = where.error
    ours = _by_rule(facts)
    known = {cure.command for cure in ours if cure.command}
    theirs = tuple(Remedy(cure.text, cure.command) for cure in error.cures if cure.command not in known)
    return fail(id, error.message, error.cause or error.code, *ours, *theirs)


def reachable(facts: Facts) -> list[Finding]:
    """Whether an engine answers there."""
    id, reach = "engine.reachable", facts.engine.reach
    if facts.where.endpoint is None:
        return skip(id, "the settings name no endpoint")
    url = facts.where.url
    if reach.ok:
        return ok(id, f"{facts.engine.name} answers at {url}")
    name = "starting" if reach.case == "hang" and facts.service == "activating" else reach.case
    case = CASES.get(name, CASES["unknown"])
    found = fail(id, case.title.format(url=url, path=url.removeprefix("unix://")), _evidence(facts), *case.cures(facts))
    return [_with_case(found[0], name)]


PRODUCTS = {
    "boot2docker": "boot2docker",
    "docker-machine": "docker-machine",
    "colima": "Colima",
    "limactl": "Lima",
    "rdctl": "Rancher Desktop",
    "podman": "Podman",
    "orb": "OrbStack",
    "minikube": "minikube",
    "multipass": "Multipass",
    "wsl": "WSL",
    "vagrant": "Vagrant",
}
"""Program to product."""


def backend(facts: Facts) -> list[Finding]:
    """The product that owns the endpoint; others that are installed by their names alone (--deep asks them)."""
    id = "engine.backend"
    others = [name for program, name in PRODUCTS.items() if program in facts.programs and name not in facts.backend]
    said = f"also installed: {', '.join(others)}" if others else ""
    if not facts.backend:
        return skip(id, f"no product here is known to own the endpoint{f'; {said}' if said else ''}")
    return ok(id, f"the engine is {facts.backend}", said)


def _with_case(finding: Finding, case: str) -> Finding:
    from dataclasses import replace

    return replace(finding, case=case)


def _evidence(facts: Facts) -> str:
    endpoint, said = facts.where.endpoint, [facts.engine.reach.detail]
    if endpoint is not None:
        said.append(f"chosen by {endpoint.rule}" + (f" ({endpoint.context})" if endpoint.context else ""))
    if facts.service not in ("", "active"):
        said.append(f"systemd says that docker is {facts.service}")
    said += [f"an engine answers at {other.host}" for other in facts.others]
    return "; ".join(text for text in said if text)


def _by_rule(facts: Facts) -> tuple[Remedy, ...]:
    """Another engine that answers: by a context, where no flag and no variable is in the way of it."""
    if facts.where.flag:
        return (cures.without_flag(facts.where.flag),)
    if facts.env.get("DOCKER_HOST"):
        return (cures.UNSET_HOST,)
    found = []
    if facts.env.get("DOCKER_CONTEXT"):
        found.append(cures.UNSET_CONTEXT)
    for other in facts.others:
        stored = other.stored or other.name == "default"
        found.append(cures.use_context(other.name) if stored else cures.create_context(other.name, other.host))
    if not found and facts.where.error is not None and facts.where.error.code.startswith("context."):
        found.append(cures.use_context("default"))
    return tuple(found)


def _start(facts: Facts) -> tuple[Remedy, ...]:
    """Start it: the service, the VM; or install one where there is none at all."""
    nothing = facts.platform == "linux" and not set(facts.programs) & _ENGINES and facts.where.url.startswith("unix:")
    if not nothing:
        return (*_by_rule(facts), cures.START, cures.RESTART)
    by_hand = Remedy("Install Docker Engine: https://docs.docker.com/engine/install/")
    return (*_by_rule(facts), cures.INSTALL if "apt-get" in facts.programs else by_hand)


_ENGINES = {
    "dockerd", "colima", "limactl", "rdctl", "podman", "orb", "minikube", "boot2docker", "docker-machine",
    "dockerd-rootless.sh",
}  # fmt: skip


def _restart(facts: Facts) -> tuple[Remedy, ...]:
    return (*_by_rule(facts), cures.RESTART)


def _hangs(facts: Facts) -> tuple[Remedy, ...]:
    return (*_by_rule(facts), cures.RESTART, cures.RECREATE)


def _waits(_facts: Facts) -> tuple[Remedy, ...]:
    return (Remedy("Wait a moment, and look again.", "devbox doctor"), cures.RESTART)


def _other_version(facts: Facts) -> tuple[Remedy, ...]:
    return (*_by_rule(facts), cures.UPDATE)


def _elsewhere(facts: Facts) -> tuple[Remedy, ...]:
    return _by_rule(facts) or (Remedy("Check the address.", "devbox config"),)


def _denied(facts: Facts) -> tuple[Remedy, ...]:
    """Join the group; or, who is in it already, sign in again."""
    groups = facts.groups
    if facts.platform == "win32":
        return (Remedy("Join the group docker-users, and sign in again."),)
    if isinstance(groups, Missing):
        return (_join("docker"),)
    if groups.member and not groups.session:
        text = f"You are in the group {groups.socket}, this session is not yet: sign in again, or open a shell in it."
        return (Remedy(text, f"newgrp {groups.socket}"),)
    if groups.socket in ("root", "wheel", "staff"):
        return (Remedy("Give the socket to the group docker by restarting the engine.", None), _join("docker"))
    return (_join(groups.socket),)


def _join(group: str) -> Remedy:
    return Remedy(
        f"Join the group {group}, and sign in again.",
        f"sudo usermod -aG {group} $USER && newgrp {group}",
        Risk.SETTINGS,
    )


def _tls(facts: Facts) -> tuple[Remedy, ...]:
    """Certificates of docker-machine are made again by it; others come from whoever runs the engine."""
    machine = facts.env.get("DOCKER_MACHINE_NAME", "default")
    again = Remedy(
        "For a docker-machine VM, make the certificates again.",
        f"docker-machine regenerate-certs -f {machine}",
        Risk.RESTART,
    )
    own = "docker-machine" in facts.programs or bool(facts.env.get("DOCKER_MACHINE_NAME"))
    renew = Remedy("Get certificates that fit from whoever runs the engine, and put them where DOCKER_CERT_PATH says.")
    return (*_by_rule(facts), again if own else renew)


def _with_tls(facts: Facts) -> tuple[Remedy, ...]:
    speak = Remedy("Speak TLS: name the folder of the certificates.", "export DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=...")
    return (speak, *_by_rule(facts))


def _without_tls(facts: Facts) -> tuple[Remedy, ...]:
    plain = Remedy("Speak without TLS.", "unset DOCKER_TLS_VERIFY DOCKER_TLS DOCKER_CERT_PATH")
    return (plain, *_by_rule(facts))


def _ssh(facts: Facts) -> tuple[Remedy, ...]:
    host = facts.where.url.removeprefix("ssh://").partition("/")[0]
    name, _, port = host.partition(":")
    command = f"ssh{f' -p {port}' if port else ''} {name} docker version"
    return (Remedy("See what ssh says.", command), *_by_rule(facts))


CASES: dict[str, Case] = {
    "socket.missing": Case("no Docker Engine is there: {path} does not exist", _start),
    "socket.stale": Case("no Docker Engine listens at {path}: the socket was left by one that is gone", _start),
    "socket.other": Case("{path} is no socket: something else is in its place", _start),
    "socket.denied": Case("this user may not use {path}", _denied),
    "refused": Case("nothing listens at {url}", _start),
    "silent-host": Case("the host of {url} does not answer", _start),
    "unreachable": Case("there is no way to the host of {url}", _start),
    "name": Case("the host of {url} is not known: its name is not resolved", _elsewhere),
    "hang": Case("the Docker Engine at {url} hangs: it takes connections and does not answer", _hangs),
    "starting": Case("the Docker Engine at {url} is still starting", _waits),
    "error-500": Case("what answers at {url} is no working engine (HTTP 500): it is starting, or it crashed", _waits),
    "not-engine": Case("what answers at {url} is no Docker Engine", _elsewhere),
    "api": Case("the engine at {url} and this client have no API version in common", _other_version),
    "denied": Case("a policy of the engine at {url} does not let this user in", _elsewhere),
    "broken": Case("the engine at {url} breaks connections off", _restart),
    "tls.wanted": Case("the engine at {url} wants TLS, and it is spoken to without", _with_tls),
    "tls.not-wanted": Case("the engine at {url} speaks without TLS, and it is spoken to with TLS", _without_tls),
    "tls.expired": Case("the certificate of the engine at {url} is expired or not yet valid", _tls),
    "tls.untrusted": Case("the certificate of the engine at {url} is not of the CA that is trusted here", _tls),
    "tls.name": Case("the certificate of the engine at {url} is for another name or address", _tls),
    "tls.client": Case("the engine at {url} does not accept this client's certificate", _tls),
    "tls.other": Case("TLS with {url} fails", _tls),
    "ssh": Case("{url} cannot be reached over ssh", _ssh),
    "unknown": Case("the Docker Engine at {url} cannot be asked", _restart),
}
