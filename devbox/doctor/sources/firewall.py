"""The packet filter chains of an engine on this machine. Only root may look, and only where the engine makes them."""

from __future__ import annotations

from pathlib import Path

from devbox.doctor.facts import EngineFacts, Firewall, Missing, Settings, Where
from devbox.doctor.host import HostView

_CHAINS = (("nat", "DOCKER"), ("filter", "DOCKER"))
_SECONDS = 2.0


def firewall(host: HostView, where: Where, settings: Settings | Missing, engine: EngineFacts) -> Firewall | Missing:
    """Which of its chains are missing."""
    why = _why_not(host, where, settings, engine)
    if why:
        return Missing(why)
    missing = []
    for table, chain in _CHAINS:
        ran = host.run(("iptables", "-w", "1", "-t", table, "-n", "-L", chain), _SECONDS)
        if ran.code == 1 and "No chain" in ran.err:
            missing.append(f"{chain} ({table})")
        elif not ran.ok:
            return Missing(f"iptables: {ran.said}")
    return Firewall(tuple(missing))


def _why_not(host: HostView, where: Where, settings: Settings | Missing, engine: EngineFacts) -> str:
    if host.platform != "linux" or not where.url.startswith("unix://") or engine.provider not in ("engine", ""):
        return "the engine's packet filter is not this machine's"
    if not engine.reach.ok:
        return "the engine does not answer"
    backend = engine.known_info.get("FirewallBackend")
    if isinstance(backend, dict) and backend.get("Driver") not in (None, "iptables"):
        return "the engine does not use iptables"
    if not isinstance(settings, Missing) and settings.daemon.value.get("iptables") is False:
        return "daemon.json switches iptables off"
    if not host.is_admin():
        return "only root may look at iptables"
    if not host.which("iptables"):
        return "there is no iptables program"
    return _own_rules(host, where)


def _own_rules(host: HostView, where: Where) -> str:
    """Only the system's own engine is known to write into this network namespace's tables."""
    if where.url.removeprefix("unix://") not in ("/var/run/docker.sock", "/run/docker.sock"):
        return "the engine is not the system's own"
    try:
        pid = host.read(Path("/var/run/docker.pid"), 20).decode("ascii", "replace").strip()
        words = host.read(Path("/proc") / pid / "cmdline").split(b"\0") if pid.isdecimal() else []
    except OSError:
        return "the engine's process is not to be found"
    return "the engine was started with iptables off" if b"--iptables=false" in words else ""
