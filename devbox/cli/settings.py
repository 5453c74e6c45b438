"""What holds where no flag says otherwise: `DEVBOX_` variables, devbox.toml, the user's config, the default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from devbox.cli import toml
from devbox.cli.options import OPTIONS, Option
from devbox.cli.values import Bad, Parser
from devbox.errors import Cure, UsageError
from devbox.frozen import dataclass

DEFAULT = "default"


@dataclass(frozen=True)
class Setting:
    """A setting's value and who gave it: a variable, a file (then with its `entry`), or "default"."""

    option: Option
    value: Any
    source: str
    entry: toml.Entry | None = None

    @property
    def where(self) -> str:
        """Who gave it, as an error says it: of a file also line and key."""
        return self.entry.where if self.entry else self.source


@dataclass(frozen=True)
class Settings:
    """All settings by option name."""

    all: Mapping[str, Setting]

    def __getitem__(self, name: str) -> Any:
        return self.all[name].value

    def given(self, name: str) -> bool:
        """Whether somebody gave it."""
        return self.all[name].source != DEFAULT

    def explicit(self, stack: str) -> dict[str, Any]:
        """What somebody gave of the options that a sandbox of this stack keeps."""
        return {
            name: setting.value
            for name, setting in self.all.items()
            if kept(setting.option, stack) and self.given(name)
        }

    def check(self, names: Iterable[str]) -> None:
        """What `up` makes sure of, of the settings of these names; raises their `UsageError`."""
        for setting in (self.all[name] for name in names):
            if setting.option.check is not None:
                checked(setting.option.check, setting.value, setting.where)

    def ineffective(self, stack: str) -> list[Setting]:
        """What somebody gave for a sandbox of this stack that has no effect yet."""
        return [s for n, s in self.all.items() if s.option.later and s.option.stack == stack and self.given(n)]


def kept(option: Option, stack: str) -> bool:
    """Whether a sandbox of this stack keeps the option as a choice of its own (rather than of one `up`)."""
    kept_too = option.name in ("version", "publish_address")
    return (kept_too or (option.up and bool(option.section))) and option.stack in ("", stack)


def parse(option: Option, value: Any, where: str) -> Any:
    """The value of an option as `where` gives it; raises `UsageError` that says so."""
    return checked(option.parse, value, where)


def checked(parser: Parser, value: Any, where: str) -> Any:
    """What a parser makes of a value; `where` is who gave it, for the `UsageError`."""
    try:
        return parser(value)
    except Bad as bad:
        cures = (Cure(bad.cure),) if bad.cure else ()
        raise UsageError(bad.code, f"{where}: {bad.text}", cures=cures) from bad


def load(env: Mapping[str, str], cwd: Path, config_dir: Path) -> Settings:
    """Read all sources; the earlier one wins, and what is wrong in any of them is an error."""
    found: dict[str, Setting] = {}
    try:
        sources = (_variables(env, cwd), _file(toml.find(cwd), "project"), _file(config_dir / toml.USER_FILE, "user"))
    except UsageError as error:
        error.cures = error.cures or (Cure("correct it there"),)  # no verb's help is about that
        raise
    for source in sources:
        found = source | found
    return Settings({o.name: found.get(o.name, Setting(o, o.default, DEFAULT)) for o in OPTIONS})


def placed(option: Option, value: Any, folder: Path) -> Any:
    """A path is meant from this folder; any other value stays as it is."""
    if not option.path:
        return value
    try:
        return str(folder / Path(value).expanduser())
    except RuntimeError:  # "~nobody": no such user
        return value


def _variables(env: Mapping[str, str], cwd: Path) -> dict[str, Setting]:
    found = {}
    for option in OPTIONS:
        if value := env.get(option.variable, ""):
            parsed = parse(option, placed(option, value, cwd), option.variable)
            found[option.name] = Setting(option, parsed, option.variable)
    return found


def _file(file: Path | None, scope: str) -> dict[str, Setting]:
    if file is None or (scope == "user" and not file.is_file()):
        return {}
    entries = toml.read(file, scope)
    return {entry.option.name: Setting(entry.option, _parsed(entry), str(entry.file), entry) for entry in entries}


def _parsed(entry: toml.Entry) -> Any:
    value = placed(entry.option, entry.value, entry.file.parent)
    try:
        return entry.option.parse(value)
    except Bad:
        return parse(entry.option, value, entry.where)  # finding the line costs: only for the error
