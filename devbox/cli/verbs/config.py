"""`devbox config`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devbox.cli import verb
from devbox.cli.options import OPTIONS
from devbox.cli.run import Run
from devbox.cli.settings import DEFAULT, Setting
from devbox.cli.verb import Outcome
from devbox.errors import DevboxError
from devbox.result import Result

MASK = "***"

if TYPE_CHECKING:
    from typer._click import Command


def command() -> Command:
    """The verb."""
    return verb.command("config", config)


def config(run: Run) -> Outcome:
    """Show every setting, its value and where it comes from.

    \b
    Examples:
      devbox config
      devbox config --json
    """
    rows = [_row(run, run.settings.all[option.name]) for option in OPTIONS]
    return Result(data={"settings": [*rows, _endpoint(run)]})


def _row(run: Run, setting: Setting) -> dict[str, Any]:
    option = setting.option
    value, source = setting.value, setting.source
    flag = getattr(run.flags, option.name, None) if option.name in run.given else None
    if flag is not None:
        value, source = flag, option.flag
    if option.secret and value:
        value = dict.fromkeys(value, MASK) if isinstance(value, dict) else _address(value)
    return {"name": option.key, "value": value, "source": source}


def _address(text: str) -> str:
    """The address of a Redis without its password; nothing at all of one that is malformed."""
    from devbox.queue import address

    try:
        return address.parse(text).shown
    except DevboxError:
        return MASK


def _endpoint(run: Run) -> dict[str, Any]:
    """The engine's address; what is wrong with the docker CLI's own settings is no reason to hide ours."""
    where = run.environment
    try:
        endpoint = run.operations.resolve(run.flags.host, run.flags.context, where.env, where.platform, where.home)
    except DevboxError as error:
        return {"name": "endpoint", "value": None, "source": f"{error.code}: {error.message}"}
    return {"name": "endpoint", "value": endpoint.url, "source": endpoint.rule or DEFAULT}
