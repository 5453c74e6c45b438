"""Java's debug agent in a sandbox's Jenkins. Whoever reaches it can run any code, so it is kept inside.

`linked` sandboxes have it on the container's own loopback, where devbox comes to through an exec; `--debug` publishes
it. Java 8 dies of `*:5005`; both addresses used here are good for every Java since.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from devbox.sandbox.choices import Choices
from devbox.stacks import PortPolicy, Stack

PORT = 5005
DEBUG = "debug"
"""The debugger's name among the ports."""
LOOPBACK = "127.0.0.1"

NO_CACHE = "-Dstapler.jelly.noCache=true"
"""Views are read anew at each request; a linked sandbox has it also after a restart that devbox does not see."""

_AGENT = re.compile(r"-agentlib:jdwp=(\S+)|-Xrunjdwp:(\S+)")
_ADDRESS = re.compile(r"address=(?:[^,\s]*:)?(\d+)")
_VARIABLES = ("JAVA_OPTS", "JENKINS_JAVA_OPTS", "JAVA_TOOL_OPTIONS")


def options(choices: Choices, given: str, image_debug: str) -> list[str]:
    """Java's options for these choices. None for an agent where `given`, or the image's DEBUG, brings one already."""
    found = [NO_CACHE] if choices["linked"] else []
    if (choices["linked"] or choices["debug"]) and not _AGENT.search(given) and not image_debug:
        host = "0.0.0.0" if choices["debug"] else LOOPBACK  # noqa: S104  (published on the loopback of this machine)
        found.append(f"-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address={host}:{PORT}")
    return found


def stack_of(stack: Stack, choices: Choices) -> Stack:
    """The stack with the debugger's port among its ports, where it is to be published."""
    if not choices.values.get("debug"):
        return stack
    return replace(stack, ports=(*stack.ports, PortPolicy(DEBUG, stack.services[0].name, PORT)))


def port(environment: Mapping[str, str]) -> int | None:
    """The port of the debug agent that a container's variables ask for, None without one."""
    if environment.get("DEBUG") and not _AGENT.search(environment.get("JAVA_OPTS", "")):
        return PORT
    for variable in _VARIABLES:
        if agent := _AGENT.search(environment.get(variable, "")):
            address = _ADDRESS.search(agent[1] or agent[2] or "")
            return int(address[1]) if address else None
    return None
