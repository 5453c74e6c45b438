"""What `--deep` adds: what is slow or leaves traces. A container really runs; it and its volume are gone afterwards."""

from __future__ import annotations

import contextlib
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

from devbox.doctor.facts import Deep, Facts, Missing, Trial
from devbox.doctor.host import HostView, Space
from devbox.doctor.sources.together import together
from devbox.errors import DevboxError

if TYPE_CHECKING:
    from devbox.engine.api import Engine

SECONDS = 120.0
_USAGE_SECONDS = 60.0
_RATE_SECONDS = 10.0
_PORT_SECONDS = 20.0
_STATE_SECONDS = 12.0

IMAGE = "busybox:latest"
_MARK = "dev.devbox.doctor"
_LEFT_SECONDS = 900.0
"""What is older than this belongs to no trial under way."""
_PORT = 8080
_SCRIPT = (
    "echo devbox > /data/devbox && df -P -k /data && "
    "if command -v nc > /dev/null; then while true; do echo devbox | nc -l -p 8080; done; fi; sleep 60"
)
"""Keeps a file, shows its disk, and listens where the image has something to listen with."""

_TOKEN = "https://auth.docker.io/token?service=registry.docker.io&scope=repository:ratelimitpreview/test:pull"  # noqa: S105
_MANIFEST = "https://registry-1.docker.io/v2/ratelimitpreview/test/manifests/latest"
"""Docker's own repository for the question; a HEAD counts as no pull."""


def looked(host: HostView, facts: Facts) -> Deep:
    """All of it, side by side."""
    if not facts.engine.reach.ok or facts.where.endpoint is None:
        silent = Missing("the engine does not answer", known=True)
        return Deep(silent, silent, silent, backends(host, facts))
    calls: list[Callable[[], Any]] = [partial(_usage, host, facts), partial(_rate, host), partial(_trial, host, facts)]
    usage, rate, trial = (_or_missing(result) for result in together(calls, SECONDS))
    return Deep(usage, rate, trial, backends(host, facts))


def backends(host: HostView, facts: Facts) -> tuple[str, ...]:
    """A line for each back end on this machine, with its state."""
    from devbox.doctor.backends import TOOLS, Backend, owner, present

    mine = owner(facts, host)
    here = [one for tool in TOOLS if tool.default and present(one := Backend(tool, tool.default), host)]
    if mine is not None and mine not in here:
        here.append(mine)
    states = together([partial(one.state, host) for one in here], _STATE_SECONDS)
    return tuple(
        f"{one.title}: {'unknown' if isinstance(state, Exception) else state}"
        for one, state in zip(here, states, strict=True)
    )


def _or_missing(result: Any) -> Any:
    if isinstance(result, DevboxError):
        return Missing(f"{result.message}: {result.cause}" if result.cause else result.message)
    return Missing(str(result) or type(result).__name__) if isinstance(result, Exception) else result


def _usage(host: HostView, facts: Facts) -> Mapping[str, Any] | Missing:
    assert facts.where.endpoint is not None
    reply = host.ask(facts.where.endpoint, "/system/df", _USAGE_SECONDS)
    value = json.loads(reply.body)
    return value if reply.status == 200 and isinstance(value, dict) else Missing(f"HTTP {reply.status}")


def _rate(_host: HostView) -> dict[str, str]:
    """Docker Hub's answer to "how many pulls are left", asked without signing in."""
    with urlopen(_TOKEN, timeout=_RATE_SECONDS) as answer:
        token = json.loads(answer.read(1 << 16))["token"]
    asked = Request(_MANIFEST, method="HEAD", headers={"Authorization": f"Bearer {token}"})
    with urlopen(asked, timeout=_RATE_SECONDS) as answer:  # noqa: S310
        return {name.lower(): value for name, value in answer.headers.items() if name.lower().startswith("ratelimit")}


def _trial(host: HostView, facts: Facts) -> Trial:
    """Run a container with a volume and a published port, and look at all three."""
    from devbox.engine.sdk import connect

    assert facts.where.endpoint is not None
    engine = connect(facts.where.endpoint)
    try:
        _sweep(host, engine)
        image = _image(engine)
        with _made(engine, facts, image) as name:
            engine.start(name)
            return _judge(host, engine, facts, name)
    finally:
        engine.close()


def _sweep(host: HostView, engine: Engine) -> None:
    """Away with what a `--deep` that was killed has left."""
    for container in engine.containers({_MARK: None}):
        if host.now() - container.created > _LEFT_SECONDS:
            _removed(engine, container.name)


def _removed(engine: Engine, name: str) -> None:
    for remove in (engine.remove_container, engine.remove_volume, engine.remove_network):
        with contextlib.suppress(DevboxError):
            remove(name)


def _image(engine: Engine) -> str:
    """A small image; pulled when it is not there, and then it stays."""
    if engine.image(IMAGE) is None:
        engine.pull(IMAGE, lambda _progress: None)
    return IMAGE


@contextlib.contextmanager
def _made(engine: Engine, facts: Facts, image: str) -> Iterator[str]:
    from devbox.engine.api import ContainerSpec, Mount, Publish

    name = f"devbox-doctor-{secrets.token_hex(4)}"
    marks = {_MARK: "trial"}
    address = facts.where.endpoint.publish if facts.where.endpoint else None
    ports = (Publish(_PORT, address, 0),) if address else ()
    try:
        engine.create_volume(name, marks)
        engine.create_network(name, marks)
        engine.create_container(
            ContainerSpec(
                name,
                image,
                "trial",
                marks,
                name,
                ("sh", "-c", _SCRIPT),
                mounts=(Mount(name, "/data"),),
                ports=ports,
            )
        )
        yield name
    finally:
        _removed(engine, name)


def _judge(host: HostView, engine: Engine, facts: Facts, name: str) -> Trial:
    output = _wait_for_output(engine, name)
    kept = engine.get_file(name, "/data/devbox")
    port = _port(host, engine, facts, name)
    ran = "" if output else "it printed nothing"
    return Trial(ran, port, "" if kept == b"devbox\n" else "the file is not in the volume", disk_of(output))


def _wait_for_output(engine: Engine, name: str) -> str:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        text = b"".join(piece for _, piece in engine.logs(name)).decode(errors="replace")
        if text.strip() or engine.inspect(name).state != "running":
            return text
        time.sleep(0.1)
    return ""


def _port(host: HostView, engine: Engine, facts: Facts, name: str) -> str:
    """ "" when the published port takes connections."""
    endpoint, ports = facts.where.endpoint, engine.inspect(name).ports
    if endpoint is None or endpoint.publish is None:
        return "not tried: nothing is published on a remote engine"
    if not ports:
        return "the engine published none"
    until, said = time.monotonic() + _PORT_SECONDS, ""
    while time.monotonic() < until:
        said = host.dial(endpoint.reach, ports[0].host, 2.0)
        if not said:
            return ""
        time.sleep(0.2)
    return f"{endpoint.reach}:{ports[0].host}: {said}"


def disk_of(output: str) -> Space | None:
    """`df -P -k`'s second line."""
    for line in output.splitlines()[1:]:
        words = line.split()
        if len(words) >= 4 and words[1].isdecimal() and words[3].isdecimal():
            return Space(int(words[1]) * 1024, int(words[3]) * 1024)
    return None
