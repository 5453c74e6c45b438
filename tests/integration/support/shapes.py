"""What a program may rely on in the JSON: exact fields, and what their values look like."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

SANDBOX = {"name", "stack", "state", "services", "url", "version", "volumes"}
SERVICE = {"name", "container", "image", "state", "health", "ports", "created_at"}
STATES = {"running", "starting", "unhealthy", "stopped", "partial", "kept"}
HEALTHS = {"healthy", "starting", "unhealthy", "none"}


def check_sandbox(value: Any) -> None:
    """Whether it is an item of `sandboxes[]`."""
    assert set(value) == SANDBOX
    assert value["state"] in STATES
    assert value["url"] is None or re.fullmatch(r"http://[^ ]+[^/]", value["url"])
    assert all(isinstance(name, str) for name in value["volumes"])
    for service in value["services"]:
        assert set(service) == SERVICE
        assert service["health"] in HEALTHS
        assert all(re.fullmatch(r"\d+/tcp", port) for port in service["ports"])
        assert all(re.fullmatch(r"\S+:\d+", place) for place in service["ports"].values())
        check_time(service["created_at"])


def check_time(text: str) -> None:
    """Whether it is RFC 3339 in UTC, and of today rather than of 1970."""
    assert text.endswith("Z")
    moment = datetime.fromisoformat(text)
    assert abs((datetime.now(UTC) - moment).total_seconds()) < 24 * 3600


def check_error(value: Any) -> None:
    """Whether it is an `error`."""
    assert set(value) == {"code", "message", "cause", "retryable", "log", "cures"}
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+|interrupted", value["code"])
    assert value["message"] and "\n" not in value["message"]
    assert isinstance(value["retryable"], bool)
    assert all(set(cure) == {"text", "command"} and cure["text"] for cure in value["cures"])
