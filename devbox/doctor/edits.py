"""Edits of the user's files: a copy beside the file first, written in one piece, only the one key changed."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from devbox.errors import DevboxError


def free_name(path: Path) -> Path:
    """A name beside this one that nothing has yet, with the time in it."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for number in range(1000):
        found = path.with_name(f"{path.name}.devbox-{stamp}{f'-{number}' if number else ''}")
        if not found.exists():
            return found
    raise _unwritable(path, "there are a thousand copies already")


def keep_copy(path: Path) -> Path | None:
    """Copy a file beside itself, under a name that is free; None where there is nothing to copy."""
    if not path.exists():
        return None
    copy = free_name(path)
    try:
        shutil.copy2(path, copy)
    except OSError as error:
        raise _unwritable(path, str(error)) from error
    return copy


def write(path: Path, content: bytes, mode: int | None = None) -> None:
    """Write a file in one piece; it keeps its mode, or gets `mode`. A link stays, and what it leads to is written.

    Raises `file.unwritable`.
    """
    target = path.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if mode is None:
            mode = target.stat().st_mode & 0o7777 if target.exists() else 0o600
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(mode)
            Path(name).replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise _unwritable(path, str(error)) from error


def drop_key(path: Path, *keys: str) -> Path | None:
    """Take one key (a path of keys) out of a JSON file; gives the copy of the file as it was.

    None when the key is not there. Raises `file.unwritable`, `config.corrupt` for what is no JSON object.
    """
    value, text = _json(path)
    holder: Any = value
    for key in keys[:-1]:
        holder = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(holder, dict) or keys[-1] not in holder:
        return None
    copy = keep_copy(path)
    del holder[keys[-1]]
    write(path, _like(text, value))
    return copy


def set_key(path: Path, key: str, wanted: object) -> Path | None:
    """Set one key of a JSON file, which is made where there is none; gives the copy of the file as it was."""
    value, text = _json(path)
    if value.get(key) == wanted:
        return None
    copy = keep_copy(path)
    value[key] = wanted
    write(path, _like(text, value))
    return copy


def _json(path: Path) -> tuple[dict[str, Any], str]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        value = json.loads(text) if text.strip() else {}
    except FileNotFoundError:
        return {}, ""
    except (OSError, ValueError, RecursionError) as error:
        raise DevboxError("config.corrupt", f"{path} cannot be edited", cause=str(error)) from error
    if not isinstance(value, dict):
        raise DevboxError("config.corrupt", f"{path} cannot be edited: it holds no object")
    return value, text


def _like(text: str, value: dict[str, Any]) -> bytes:
    """The value as JSON, indented as the file was (the docker command's own is a tab)."""
    match = re.search(r"\n([ \t]+)\S", text)
    return (json.dumps(value, indent=match[1] if match else "\t", ensure_ascii=False) + "\n").encode()


def set_property(path: Path, key: str, wanted: str) -> Path | None:
    """Set `key=wanted` in a Java properties file, all other lines as they were; gives the copy of it as it was."""
    try:
        lines = path.read_bytes().decode("utf-8", "surrogateescape").splitlines(keepends=True)
    except FileNotFoundError:
        lines = []
    except OSError as error:
        raise _unwritable(path, str(error)) from error
    at = [number for number, line in enumerate(lines) if _property(key).match(line)]
    line = f"{key}={wanted}\n"
    if at and lines[at[-1]].strip() == line.strip():
        return None
    copy = keep_copy(path)
    for number in at:
        lines[number] = line
    if not at:
        if lines and not lines[-1].endswith(("\n", "\r")):
            lines[-1] += "\n"
        lines.append(line)
    write(path, "".join(lines).encode("utf-8", "surrogateescape"))
    return copy


def drop_property(path: Path, key: str) -> Path | None:
    """Take `key` out of a Java properties file; gives the copy of the file as it was, None when it is not there."""
    try:
        lines = path.read_bytes().decode("utf-8", "surrogateescape").splitlines(keepends=True)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unwritable(path, str(error)) from error
    kept = [line for line in lines if not _property(key).match(line)]
    if kept == lines:
        return None
    copy = keep_copy(path)
    write(path, "".join(kept).encode("utf-8", "surrogateescape"))
    return copy


def _property(key: str) -> re.Pattern[str]:
    return re.compile(rf"\s*{re.escape(key)}\s*(?:[=:\s]|$)")


def _unwritable(path: Path, cause: str) -> DevboxError:
    return DevboxError("file.unwritable", f"{path} cannot be changed", cause=cause)
