"""`pull`, `credentials` and `config` in words."""

from __future__ import annotations

from typing import Any

from devbox.result import Result
from devbox.ui.style import Style
from devbox.ui.table import pairs, table

MEANING = {"pulled": "pulled", "present": "up to date", "moved": "moved: there is a newer one, now here"}


def pull(result: Result, style: Style, columns: int) -> list[str]:
    """The images, and whether anything came."""
    images = (result.data or {}).get("images", ())
    if not images:
        return ["No images."]
    rows = [(i["image"], MEANING.get(i["status"], i["status"]), style.dim(_short(i["digest"]))) for i in images]
    return table(("IMAGE", "STATUS", "DIGEST"), rows, style, columns)


def _short(digest: str | None) -> str:
    algorithm, colon, figures = (digest or "").rpartition("@")[2].partition(":")
    return f"{algorithm}{colon}{figures[:12]}"


def credentials(result: Result, style: Style, columns: int) -> list[str]:
    """What to sign in with."""
    data = result.data or {}
    names = (("URL", "url"), ("user", "user"), ("password", "password"), ("API token", "token"))
    return pairs([(title, str(data[key])) for title, key in names if data.get(key) is not None], style, columns)


def open_(result: Result, _style: Style, _columns: int) -> list[str]:
    """The URL alone: it may be what a script wants."""
    return [str((result.data or {})["url"])]


def config(result: Result, style: Style, columns: int) -> list[str]:
    """Every setting; those that somebody gave stand out."""
    rows = [_setting(row, style) for row in (result.data or {})["settings"]]
    return table(("SETTING", "VALUE", "FROM"), rows, style, columns)


def _setting(row: dict[str, Any], style: Style) -> tuple[str, str, str]:
    if row["source"] == "default":
        return row["name"], style.dim(_value(row["value"])), style.dim("default")
    return style.bold(row["name"]), _value(row["value"]), row["source"]


def _value(value: Any) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(str(item) for item in value)
        case dict():
            return ", ".join(f"{key}={item}" for key, item in value.items())
        case float():
            return f"{value:g}"
        case _:
            return str(value)
