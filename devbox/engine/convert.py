"""The engine's JSON as devbox's values, and devbox's container specs as the engine's JSON. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from devbox.engine.api import (
    Container,
    ContainerSpec,
    ContainerState,
    Healthcheck,
    Image,
    Mount,
    Network,
    Publish,
    Volume,
)
from devbox.engine.window import Api
from devbox.errors import DevboxError

_NS = 1_000_000_000
_HEALTH = re.compile(r"\((healthy|unhealthy|health: starting|starting)\)")
_EXIT = re.compile(r"\b(?:Exited|Restarting) \((-?[0-9]{1,10})\)")


def status_health(status: str) -> str:
    """Health from a list call's `Status` ("Up 3 minutes (healthy)"): healthy, starting, unhealthy, none."""
    match = _HEALTH.search(status)
    return match[1].removeprefix("health: ") if match else "none"


def status_exit_code(status: str) -> int | None:
    """The exit code from a list call's `Status` ("Exited (5) 3 minutes ago", "Restarting (1) ..."), or None."""
    match = _EXIT.match(status)
    return int(match[1]) if match else None


def status_state(status: str) -> str:
    """The state from `Status`, for engines whose list has no `State` of its own."""
    if status.startswith("Up "):
        return "paused" if status.endswith("(Paused)") else "running"
    words = {
        "Exited": "exited",
        "Restarting": "restarting",
        "Created": "created",
        "Dead": "dead",
        "Removal": "removing",
    }
    return words.get(status.partition(" ")[0], "created")


def rows(value: object, key: str = "") -> list[dict[str, Any]]:
    """The objects of a list answer; `key` names the list's place where the answer is an object itself."""
    found = _dict(value).get(key) if key else value
    return [item for item in _list(found) if isinstance(item, dict)]


def made_id(value: object) -> str:
    """The id that a create answers with."""
    made = _text(_dict(value).get("Id"))
    if not made:
        raise DevboxError(
            "engine.not_docker", "The engine made something and did not say what.", cause=repr(value)[:200]
        )
    return made


def container(item: Mapping[str, Any]) -> Container:
    """A row of `GET /containers/json`."""
    status = _text(item.get("Status"))
    # A linked container has further names with a slash inside; its own has none.
    names = [name.lstrip("/") for name in _list(item.get("Names")) if isinstance(name, str)]
    mounts = (mount for mount in _list(item.get("Mounts")) if _dict(mount).get("Type") == "volume")
    return Container(
        id=_text(item.get("Id")),
        name=next((name for name in names if "/" not in name), names[0] if names else ""),
        image=_text(item.get("Image")),
        image_id=_text(item.get("ImageID")),
        labels=_labels(item.get("Labels")),
        state=_text(item.get("State")) or status_state(status),
        health=status_health(status),
        exit_code=status_exit_code(status),
        ports=_unique(_port(_dict(port)) for port in _list(item.get("Ports"))),
        created=float(_int(item.get("Created"))),
        mounts=tuple(Mount(_text(m.get("Name")), _text(m.get("Destination"))) for m in map(_dict, mounts)),
    )


def _port(port: Mapping[str, Any]) -> Publish | None:
    if not port.get("PublicPort") or port.get("Type", "tcp") != "tcp":
        return None
    return Publish(_int(port.get("PrivatePort")), _text(port.get("IP")), _int(port.get("PublicPort")))


def container_state(item: Mapping[str, Any]) -> ContainerState:
    """An answer of `GET /containers/ID/json`."""
    state, config = _dict(item.get("State")), _dict(item.get("Config"))
    started = _text(state.get("StartedAt"))
    bindings = _dict(_dict(item.get("NetworkSettings")).get("Ports"))
    return ContainerState(
        id=_text(item.get("Id")),
        state=_text(state.get("Status")),
        running=bool(state.get("Running")),
        exit_code=_int(state.get("ExitCode")),
        oom_killed=bool(state.get("OOMKilled")),
        error=_text(state.get("Error")),
        started_at="" if started.startswith("0001-01-01") else started,
        restart_count=_int(item.get("RestartCount")),
        health=_text(_dict(state.get("Health")).get("Status")) or "none",
        environment=_environment(config.get("Env")),
        ports=_unique(_binding(port, _dict(b)) for port, found in bindings.items() for b in _list(found)),
    )


def _binding(port: str, binding: Mapping[str, Any]) -> Publish | None:
    number, _, kind = port.partition("/")
    host = _text(binding.get("HostPort"))
    if kind not in ("", "tcp") or not number.isdecimal() or not host.isdecimal():
        return None
    return Publish(int(number), _text(binding.get("HostIp")), int(host))


def image(item: Mapping[str, Any]) -> Image:
    """An answer of `GET /images/NAME/json`."""
    config = _dict(item.get("Config")) or _dict(item.get("ContainerConfig"))
    return Image(
        id=_text(item.get("Id")),
        tags=tuple(_list(item.get("RepoTags"))),
        digests=tuple(_list(item.get("RepoDigests"))),
        labels=_labels(config.get("Labels")),
        environment=_environment(config.get("Env")),
        arch=_text(item.get("Architecture")),
        os=_text(item.get("Os")),
        user=_text(config.get("User")),
        size=_int(item.get("Size")),
        volumes=tuple(_dict(config.get("Volumes"))),
    )


def network(item: Mapping[str, Any]) -> Network:
    """A row of `GET /networks`."""
    return Network(_text(item.get("Id")), _text(item.get("Name")), _labels(item.get("Labels")))


def volume(item: Mapping[str, Any]) -> Volume:
    """A row of `GET /volumes`."""
    return Volume(_text(item.get("Name")), _labels(item.get("Labels")), _text(item.get("CreatedAt")))


def create_body(spec: ContainerSpec, api: Api) -> dict[str, Any]:
    """The body of `POST /containers/create`."""
    ports = {f"{port.container}/tcp": [] for port in spec.ports}  # type: dict[str, list[dict[str, str]]]
    for port in spec.ports:
        ports[f"{port.container}/tcp"].append({"HostIp": port.host_ip, "HostPort": str(port.host)})
    policy, _, count = spec.restart.partition(":")
    host: dict[str, Any] = {
        "NetworkMode": spec.network,
        "PortBindings": ports,
        "RestartPolicy": {"Name": policy, "MaximumRetryCount": int(count or 0)},
        "Memory": spec.memory,
        "Init": spec.init,
    }
    # Mounts came with API 1.25; a bind of a bare name is the same volume.
    if api >= Api(1, 25):
        host["Mounts"] = [{"Type": "volume", "Source": m.volume, "Target": m.path} for m in spec.mounts]
    else:
        host["Binds"] = [f"{m.volume}:{m.path}" for m in spec.mounts]
    body: dict[str, Any] = {
        "Image": spec.image,
        "Labels": dict(spec.labels),
        "Env": [f"{name}={value}" for name, value in spec.environment.items()],
        "ExposedPorts": {port: {} for port in ports},
        "HostConfig": host,
    }
    if spec.network != "none":
        body["NetworkingConfig"] = {"EndpointsConfig": {spec.network: {"Aliases": [spec.service]}}}
    if spec.command is not None:
        body["Cmd"] = list(spec.command)
    if spec.healthcheck is not None:
        body["Healthcheck"] = _healthcheck(spec.healthcheck)
    if spec.stop_grace is not None:
        body["StopTimeout"] = spec.stop_grace
    return body


def _healthcheck(check: Healthcheck) -> dict[str, Any]:
    return {
        "Test": list(check.test),
        "Interval": int(check.interval * _NS),
        "Timeout": int(check.timeout * _NS),
        "StartPeriod": int(check.start_period * _NS),
        "Retries": check.retries,
    }


def _environment(entries: object) -> dict[str, str]:
    pairs = (entry.partition("=") for entry in _list(entries) if isinstance(entry, str))
    return {name: value for name, _, value in pairs}


def _unique(ports: Any) -> tuple[Publish, ...]:
    return tuple(dict.fromkeys(port for port in ports if port is not None))


def _labels(value: object) -> dict[str, str]:
    return {str(name): str(text) for name, text in _dict(value).items()}


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _int(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0
