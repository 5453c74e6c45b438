"""The options that a Jenkins sandbox has: what was asked now, what settings say, what it had, and the defaults.

"A flag not given keeps what the sandbox has": so the choices live on its containers as labels and in its home as
`devbox/sandbox.json`. A setting (file or variable) counts as asked when it differs from what it was when the sandbox
was made; otherwise a flag given since would be undone by a file that nobody touched.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from devbox.errors import UsageError
from devbox.frozen import dataclass
from devbox.sandbox import labels

OFFICIAL = "jenkins/jenkins"
"""The image that a version is a tag of."""

PORTS = {"http": "http_port", "agent": "agent_port"}
"""The stack's names of its ports, and the options that choose them."""

DEFAULTS: Mapping[str, Any] = {
    "version": "lts",
    "image": None,
    "war": None,
    "http_port": 8080,
    "agent_port": 50000,
    "java_opts": "",
    "env": {},
    "prefix": "",
    "memory": None,
    "no_auth": False,
    "publish_address": None,
}
"""Every option that sticks, with its default. `war` is {"sha256", "version"}; `memory` bytes as text ("2g")."""


@dataclass(frozen=True)
class Choices:
    """All options with a value each; which ports somebody asked for by number; what the settings said."""

    values: Mapping[str, Any] = field(default_factory=lambda: dict(DEFAULTS))
    asked_ports: frozenset[str] = frozenset()
    settings: Mapping[str, Any] = field(default_factory=dict)
    image_id: str | None = None
    """The image that the sandbox runs, which its tag may not mean any more."""

    def __getitem__(self, option: str) -> Any:
        return self.values[option]

    @property
    def image(self) -> str:
        """The reference of the image."""
        return str(self.values["image"] or f"{OFFICIAL}:{self.values['version']}")

    def with_port(self, name: str, number: int) -> Choices:
        """The same with a port moved, by us: it still counts as not asked for."""
        return replace(self, values={**self.values, PORTS[name]: number})

    def changes(self, other: Choices) -> list[str]:
        """What is different in `other`, a phrase an option: "memory 2g -> 3g". Values of variables are not shown."""
        found = []
        for option, default in DEFAULTS.items():
            ours, theirs = self.values.get(option, default), other.values.get(option, default)
            if option in ("version", "image"):
                continue
            if ours != theirs:
                found.append(_phrase(option, ours, theirs))
        if self.image != other.image:
            found.insert(0, f"image {self.image} -> {other.image}")
        return found


def _phrase(option: str, ours: Any, theirs: Any) -> str:
    if option == "env":
        names = sorted(k for k in {*ours, *theirs} if ours.get(k) != theirs.get(k))
        return f"env {', '.join(names)} changed"
    if option == "war":
        return (
            f"WAR {(ours or {}).get('version') or 'of the image'} -> {(theirs or {}).get('version') or 'of the image'}"
        )
    before, after = ("default" if value in (None, "") else value for value in (ours, theirs))
    return f"{option} {before} -> {after}"


def merge(
    asked: Mapping[str, Any], settings: Mapping[str, Any], kept: Choices | None, *, reset: bool = False
) -> Choices:
    """The choices of this run. Raises `option.conflict` for a version and an image asked together."""
    if any(source.get("version") and source.get("image") for source in (asked, settings)):
        raise UsageError("option.conflict", "a version and --image were both given: an image has a version of its own")
    known = {k: v for k, v in settings.items() if k in DEFAULTS and v is not None}
    base = kept if kept is not None and not reset else None
    changed = {k: v for k, v in known.items() if base is None or base.settings.get(k) != v}
    given = {**changed, **{k: v for k, v in asked.items() if k in DEFAULTS and v is not None}}
    if "image" not in given and "version" in given:
        given["image"] = None
    values = {**DEFAULTS, **(base.values if base else {}), **given}
    if ("version" in given or "image" in given) and "war" not in given:
        values["war"] = None
    asked_ports = frozenset(name for name, option in PORTS.items() if option in given)
    found = Choices(values, asked_ports | (base.asked_ports if base else frozenset()), known)
    return replace(found, image_id=base.image_id) if base and base.image == found.image else found


def to_json(choices: Choices, *, with_values: bool) -> dict[str, Any]:
    """As labels and the home's record hold them; `with_values` keeps the values of variables (only the record does)."""

    def shown(options: Mapping[str, Any]) -> dict[str, Any]:
        return {k: (v if with_values or k != "env" else dict.fromkeys(v)) for k, v in options.items()}

    return {
        "choices": shown(choices.values),
        "asked_ports": sorted(choices.asked_ports),
        "settings": shown(choices.settings),
        "image_id": choices.image_id,
    }


def from_json(data: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> Choices:
    """From a label or a record. Wrong types (somebody else's hand) give the default of that option.

    `environment` fills in the values of variables that a label does not hold.
    """
    values = dict(DEFAULTS)
    for option, value in _mapping(data.get("choices")).items():
        if option in DEFAULTS and _fits(option, value):
            values[option] = value
    settings = _mapping(data.get("settings"))
    for options in (values, settings):
        if isinstance(options.get("env"), dict):
            options["env"] = {
                k: v if v is not None else (environment or {}).get(k, "") for k, v in options["env"].items()
            }
    ports = data.get("asked_ports")
    asked = (
        frozenset(p for p in ports if isinstance(p, str) and p in PORTS)
        if isinstance(ports, list)
        else frozenset[str]()
    )
    image_id = data.get("image_id")
    return Choices(values, asked, settings, image_id if isinstance(image_id, str) else None)


def of_container(container_labels: Mapping[str, str], environment: Mapping[str, str]) -> Choices:
    """The choices of an existing container."""
    return from_json(labels.read_json(container_labels, labels.CHOICES), environment)


def of_record(content: bytes | None) -> Choices | None:
    """The choices from a home's record; None without one, or for a broken one."""
    try:
        data = json.loads(content or b"")
    except (ValueError, RecursionError):
        return None
    return from_json(data) if isinstance(data, dict) else None


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}


def _fits(option: str, value: Any) -> bool:
    if option in PORTS.values():
        return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65536
    if option == "env":
        return isinstance(value, dict) and all(v is None or isinstance(v, str) for v in value.values())
    if option == "war":
        return value is None or (isinstance(value, dict) and isinstance(value.get("sha256"), str))
    if option == "no_auth":
        return isinstance(value, bool)
    if option == "version":
        return isinstance(value, str) and bool(value)
    return isinstance(value, str) or (value is None and DEFAULTS[option] is None)
