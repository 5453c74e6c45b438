"""The steps that must be one: Lua in Redis. Each is a file in `lua/`, and begins with what `common.lua` has for all."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

LUA = Path(__file__).with_name("lua")


@cache
def script(name: str) -> tuple[str, str]:
    """A script's text and its SHA-1, by which Redis knows it."""
    source = (LUA / "common.lua").read_text(encoding="utf-8") + (LUA / f"{name}.lua").read_text(encoding="utf-8")
    return source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()


def run(redis: Any, name: str, prefix: str, *arguments: str | bytes | int) -> Any:
    """Run a script; one that Redis does not know (any more) is sent along."""
    from redis.exceptions import NoScriptError

    source, digest = script(name)
    try:
        return redis.execute_command("EVALSHA", digest, 1, prefix, *arguments)
    except NoScriptError:
        return redis.execute_command("EVAL", source, 1, prefix, *arguments)
