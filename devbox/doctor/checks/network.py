"""The engine's networks, its packet filter, the way to registries, and who can reach what is published."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from devbox.doctor import cures
from devbox.doctor.checks.words import SILENT, fail, ok, skip, warn
from devbox.doctor.facts import Facts, Missing, Things
from devbox.doctor.model import Finding, Remedy, Risk
from devbox.doctor.sources.registries import HUB
from devbox.doctor.sources.tools import numbers

Net = ipaddress.IPv4Network

DEFAULT_POOLS: tuple[tuple[str, int], ...] = (
    *((f"172.{second}.0.0/16", 16) for second in range(17, 32)),
    ("192.168.0.0/16", 20),
)
"""Docker's own address pools (base, size of each network), where daemon.json names none."""

_FEW = 2
_PRUNE = Remedy("Remove networks that nothing uses.", "docker network prune")
_MORE = Remedy("Or give the engine more under default-address-pools in daemon.json.")
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy", "ALL_PROXY", "all_proxy")


def addresses(facts: Facts) -> list[Finding]:
    """Whether the engine has an address range left for another network."""
    id, things = "net.addresses", facts.things
    if isinstance(things, Missing):
        return skip(id, things)
    pools = list(_pools(facts.engine.known_info))
    slots = sum(1 << (size - base.prefixlen) for base, size in pools)
    if not pools or slots > 4096:
        return ok(id, "the engine has address ranges for thousands of networks")
    used = list(_subnets(things))
    free = sum(
        not any(slot.overlaps(net) for net in used) for base, size in pools for slot in base.subnets(new_prefix=size)
    )
    said = f"{len(things.networks)} networks, {free} of {slots} ranges are free"
    if free == 0:
        return fail(id, "the engine has no address range left for another network", said, _PRUNE, _MORE)
    if free <= _FEW:
        return warn(id, "the engine has hardly an address range left for another network", said, _PRUNE, _MORE)
    return ok(id, "the engine has address ranges left", said)


def _pools(info: Mapping[str, Any]) -> Iterator[tuple[Net, int]]:
    named = info.get("DefaultAddressPools")
    rows = [(row.get("Base"), row.get("Size")) for row in named if isinstance(row, dict)] if named else DEFAULT_POOLS
    for base, size in rows:
        try:
            net = ipaddress.ip_network(str(base), strict=False)
        except ValueError:
            continue
        if isinstance(net, Net) and isinstance(size, int) and net.prefixlen <= size <= 32:
            yield net, size


def _subnets(things: Things) -> Iterator[Net]:
    for network in things.networks:
        ipam = network.get("IPAM")
        rows = ipam.get("Config") if isinstance(ipam, dict) else None
        for row in rows if isinstance(rows, list) else ():
            try:
                net = ipaddress.ip_network(str(row.get("Subnet")), strict=False) if isinstance(row, dict) else None
            except ValueError:
                continue
            if isinstance(net, Net):
                yield net


def firewall(facts: Facts) -> list[Finding]:
    """The chains that the engine's rules for published ports hang on; a firewall that reloads flushes them."""
    id = "net.firewall"
    if isinstance(facts.firewall, Missing):
        return skip(id, facts.firewall)
    if missing := facts.firewall.missing:
        said = 'a container with a published port will not start: "No chain/target/match by that name"'
        return fail(id, f"the engine's packet filter chains are gone: {', '.join(missing)}", said, cures.RESTART)
    return ok(id, "the engine's packet filter chains are there")


def registry(facts: Facts) -> list[Finding]:
    """Whether Docker Hub, or a mirror of it, can be reached."""
    id, found = "net.registry", facts.registries
    if isinstance(found, Missing):
        return skip(id, found)
    silent = {name: why for name, why in found.items() if why}
    answering = [name for name in found if name not in silent]
    said = "; ".join(f"{name}: {why}" for name, why in silent.items())
    check = Remedy(
        "Check network, VPN and proxy; images that are here already work without.", "docker pull hello-world"
    )
    if not answering:
        slow = all("timed out" in why or "in time" in why for why in silent.values())
        if slow and isinstance(facts.deep, Missing):
            return skip(id, f"{', '.join(silent)}: no answer within a second; --deep waits longer")
        return warn(id, "no registry can be reached from this machine", said, check)
    if mirrors := [name for name in silent if name != HUB]:
        drop = Remedy("Remove it from registry-mirrors in daemon.json, and restart the engine.")
        return warn(id, f"the engine's mirror {mirrors[0]} cannot be reached", said, drop)
    return ok(id, f"{answering[0]} can be reached")


def proxy(facts: Facts) -> list[Finding]:
    """A proxy that the clients have and the daemon has not: pulls are the daemon's."""
    id = "net.proxy"
    if isinstance(facts.settings, Missing):
        return skip(id, facts.settings)
    named = next((name for name in _PROXIES if facts.env.get(name)), "")
    if not named and _config_proxy(facts.settings.config.value):
        named = "proxies in config.json"
    if not named:
        return ok(id, "no proxy is set for the clients")
    if not facts.engine.reach.ok:
        return skip(id, SILENT)
    if isinstance(facts.engine.info, Missing):
        return skip(id, facts.engine.info)
    if facts.engine.info.get("HttpProxy") or facts.engine.info.get("HttpsProxy"):
        return ok(id, "clients and daemon have a proxy")
    given = Remedy("Give it to the daemon too: proxies in daemon.json, or a systemd drop-in; then restart it.")
    said = "images are pulled by the daemon, which does not go through it"
    return warn(id, f"a proxy is set for the clients ({named}), none for the daemon", said, given)


def _config_proxy(config: Mapping[str, Any]) -> bool:
    proxies = config.get("proxies")
    default = proxies.get("default") if isinstance(proxies, dict) else None
    return isinstance(default, dict) and bool(default.get("httpProxy") or default.get("httpsProxy"))


def exposed(facts: Facts) -> list[Finding]:
    """Before 28.0, a neighbour on the same network can reach what a Linux engine publishes on 127.0.0.1."""
    id = "net.exposed"
    if not facts.engine.reach.ok:
        return skip(id, SILENT)
    version = numbers(facts.engine.release)
    if facts.engine.provider != "engine" or facts.platform != "linux" or not facts.where.url.startswith("unix:"):
        return ok(id, "ports on 127.0.0.1 are this machine's alone")
    if not version or version >= (28,):
        return ok(id, f"{facts.engine.name} keeps ports on 127.0.0.1 to this machine")
    said = "hosts on the same network segment can route to 127.0.0.1's ports (moby#45610, mended in 28.0)"
    update = Remedy("Update the engine to 28.0 or later.", None, Risk.RESTART)
    return warn(id, f"{facts.engine.name} lets neighbours reach ports that are published on 127.0.0.1", said, update)
