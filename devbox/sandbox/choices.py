"""The options that a sandbox has: what was asked now, what settings say, what it had, and the defaults.

"A flag not given keeps what the sandbox has": so the choices live on its containers as labels and in its home (a
queue's: beside its data) as `devbox/sandbox.json`. A setting (file or variable) counts as asked when it differs from
what it was when the sandbox was made; otherwise a flag given since would be undone by a file that nobody touched.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import field, replace
from typing import Any

from devbox.errors import UsageError
from devbox.frozen import dataclass
from devbox.sandbox import labels

OFFICIAL = "jenkins/jenkins"
"""The image that a version is a tag of."""

PORTS = {"http": "http_port", "agent": "agent_port", "debug": "debug_port"}
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
    "linked": False,
    "debug": False,
    "debug_port": 5005,
}
"""Every option of a Jenkins that sticks, with its default. `war` is {"sha256", "version"}; `memory` bytes as text.

`linked`: Java's debug agent listens on the container's own loopback, for plugins that are linked; `debug`: it is
published, on `debug_port`.
"""

AGENT = {"linked": "Java's debug agent inside, for a linked plugin", "debug": "the debugger published"}
"""What the options of the debug agent ask for, in words."""

QUEUE_PORTS = {"redis": "redis_port"}

QUEUE_DEFAULTS: Mapping[str, Any] = {
    "version": "8",
    "workers": 2,
    "queues": ["*"],
    "redis_port": 6379,
    "jobs": None,
    "worker_image": None,
    "worker_command": None,
    "durable": False,
    "env": {},
    "memory": None,
    "publish_address": None,
}
"""The same of a queue. `version` is Redis' tag; `jobs` is {"folder", "sha256"}; `memory` is a worker container's."""

JOBS = ("folder", "sha256")

DEFAULTS_OF: Mapping[str, Mapping[str, Any]] = {"jenkins": DEFAULTS, "queue": QUEUE_DEFAULTS}
PORTS_OF: Mapping[str, Mapping[str, str]] = {"jenkins": PORTS, "queue": QUEUE_PORTS}


@dataclass(frozen=True)
class Choices:
    """All options with a value each; which ports somebody asked for by number; what the settings said."""

    values: Mapping[str, Any] = field(default_factory=lambda: dict(DEFAULTS))
    asked_ports: frozenset[str] = frozenset()
    settings: Mapping[str, Any] = field(default_factory=dict)
    image_id: str | None = None
    """The image that the sandbox's main service runs, which its tag may not mean any more."""
    stack: str = "jenkins"
    image_ids: Mapping[str, str] = field(default_factory=dict)
    """The same of its other services."""

    def __getitem__(self, option: str) -> Any:
        return self.values[option]

    @property
    def image(self) -> str:
        """The reference of the main service's image."""
        if self.stack != "jenkins":
            return f"redis:{self.values['version']}"
        return str(self.values["image"] or f"{OFFICIAL}:{self.values['version']}")

    @property
    def ports(self) -> Mapping[str, str]:
        """The stack's names of its ports, and the options that choose them."""
        return PORTS_OF[self.stack]

    def prefix(self) -> str:
        """The path that its pages are under."""
        return str(self.values.get("prefix", ""))

    def with_port(self, name: str, number: int) -> Choices:
        """The same with a port moved, by us: it still counts as not asked for."""
        return replace(self, values={**self.values, self.ports[name]: number})

    def changes(self, other: Choices, among: Collection[str] | None = None) -> list[str]:
        """What is different in `other`, a phrase an option: "memory 2g -> 3g". Values of variables are not shown.

        `among`: only these options count.
        """
        found = []
        for option, default in DEFAULTS_OF[self.stack].items():
            ours, theirs = self.values.get(option, default), other.values.get(option, default)
            if option in ("version", "image") or (among is not None and option not in among):
                continue
            if option == "debug_port" and not other["debug"]:
                continue
            if ours != theirs:
                found.append(_phrase(option, ours, theirs))
        if self.image != other.image and (among is None or "version" in among):
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
    if option == "jobs":
        before, after = ((value or {}).get("folder") for value in (ours, theirs))
        return "jobs changed" if before == after else f"jobs {_word(before)} -> {_word(after)}"
    if option in AGENT:
        return AGENT[option] if theirs else f"{AGENT[option]} no more"
    return f"{option} {_word(ours)} -> {_word(theirs)}"


def _word(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    if isinstance(value, bool):
        return "on" if value else "off"
    return "default" if value in (None, "") else str(value)


def defaults(stack: str) -> Choices:
    """What a sandbox of this stack has when nobody asks for anything."""
    return Choices(dict(DEFAULTS_OF[stack]), stack=stack)


def merge(
    asked: Mapping[str, Any],
    settings: Mapping[str, Any],
    kept: Choices | None,
    *,
    reset: bool = False,
    stack: str = "jenkins",
) -> Choices:
    """The choices of this run. Raises `option.conflict` for a version and an image asked together."""
    if any(source.get("version") and source.get("image") for source in (asked, settings)):
        raise UsageError("option.conflict", "a version and --image were both given: an image has a version of its own")
    table = DEFAULTS_OF[stack]
    known = {k: v for k, v in settings.items() if k in table and v is not None}
    base = kept if kept is not None and not reset else None
    changed = {k: v for k, v in known.items() if base is None or base.settings.get(k) != v}
    given = {**changed, **{k: v for k, v in asked.items() if k in table and v is not None}}
    if stack == "queue":
        return _merged(given, known, base, stack)
    if "image" not in given and "version" in given:
        given["image"] = None
    values = {**DEFAULTS, **(base.values if base else {}), **given}
    if ("version" in given or "image" in given) and "war" not in given:
        values["war"] = None
    return _merged(values, known, base, stack, given)


def _merged(
    values: Mapping[str, Any],
    known: Mapping[str, Any],
    base: Choices | None,
    stack: str,
    given: Mapping[str, Any] | None = None,
) -> Choices:
    """`values` over what there was before; `given` are those of them that somebody asked for now (None: all)."""
    whole = {**DEFAULTS_OF[stack], **(base.values if base else {}), **values}
    asked = frozenset(
        name for name, option in PORTS_OF[stack].items() if option in (values if given is None else given)
    )
    found = Choices(whole, asked | (base.asked_ports if base else frozenset()), known, stack=stack)
    if base is None:
        return found
    found = replace(found, image_ids=base.image_ids)
    return replace(found, image_id=base.image_id) if base.image == found.image else found


def to_json(choices: Choices, *, with_values: bool) -> dict[str, Any]:
    """As labels and the home's record hold them; `with_values` keeps the values of variables (only the record does)."""

    def shown(options: Mapping[str, Any]) -> dict[str, Any]:
        return {k: (v if with_values or k != "env" else dict.fromkeys(v)) for k, v in options.items()}

    return {
        "choices": shown(choices.values),
        "asked_ports": sorted(choices.asked_ports),
        "settings": shown(choices.settings),
        "image_id": choices.image_id,
        "image_ids": dict(choices.image_ids),
    }


def from_json(data: Mapping[str, Any], environment: Mapping[str, str] | None = None, stack: str = "jenkins") -> Choices:
    """From a label or a record. Wrong types (somebody else's hand) give the default of that option.

    `environment` fills in the values of variables that a label does not hold.
    """
    values = dict(DEFAULTS_OF[stack])
    for option, value in _mapping(data.get("choices")).items():
        if option in values and _fits(option, value, stack):
            values[option] = value
    settings = _mapping(data.get("settings"))
    for options in (values, settings):
        if isinstance(options.get("env"), dict):
            options["env"] = {
                k: v if v is not None else (environment or {}).get(k, "") for k, v in options["env"].items()
            }
    ports = data.get("asked_ports")
    asked = (
        frozenset(p for p in ports if isinstance(p, str) and p in PORTS_OF[stack])
        if isinstance(ports, list)
        else frozenset[str]()
    )
    image_id = data.get("image_id")
    ids = {k: v for k, v in _mapping(data.get("image_ids")).items() if isinstance(v, str)}
    return Choices(values, asked, settings, image_id if isinstance(image_id, str) else None, stack, ids)


def of_container(container_labels: Mapping[str, str], environment: Mapping[str, str]) -> Choices:
    """The choices of an existing container."""
    stack = _stack(container_labels.get(labels.STACK))
    return from_json(labels.read_json(container_labels, labels.CHOICES), environment, stack)


def _stack(word: Any) -> str:
    """A stack that has options; what says no other is of Jenkins."""
    return word if isinstance(word, str) and word in DEFAULTS_OF else "jenkins"


def of_record(content: bytes | None) -> Choices | None:
    """The choices from a home's record; None without one, or for a broken one."""
    try:
        data = json.loads(content or b"")
    except (ValueError, RecursionError):
        return None
    return from_json(data, stack=_stack(data.get("stack"))) if isinstance(data, dict) else None


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}


def _fits(option: str, value: Any, stack: str) -> bool:
    if option in PORTS_OF[stack].values():
        return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65536
    if option == "workers":
        return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 1000
    if option == "queues":
        return isinstance(value, list) and bool(value) and all(isinstance(v, str) and v for v in value)
    if option == "jobs":
        return value is None or (isinstance(value, dict) and all(isinstance(value.get(k), str) for k in JOBS))
    if option == "env":
        return isinstance(value, dict) and all(v is None or isinstance(v, str) for v in value.values())
    if option == "war":
        return value is None or (isinstance(value, dict) and isinstance(value.get("sha256"), str))
    if option in ("no_auth", "durable", "linked", "debug"):
        return isinstance(value, bool)
    if option == "version":
        return isinstance(value, str) and bool(value)
    return isinstance(value, str) or (value is None and DEFAULTS_OF[stack][option] is None)
