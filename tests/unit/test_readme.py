"""The README says what is so: every error code that the source can give is in it, every dependency, every command."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE_FIRST = {"DevboxError", "UsageError", "ConfirmationNeeded", "BootFault", "Warned", "Warning_", "failure"}


def codes() -> set[str]:
    found = set()
    for path in (ROOT / "devbox").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            at = 1 if name == "_fault" else 0 if name in CODE_FIRST else None
            if at is None or len(node.args) <= at:
                continue
            value = node.args[at]
            if isinstance(value, ast.Constant) and re.fullmatch(r"[a-z_]+(\.[a-z_]+)?", str(value.value)):
                found.add(str(value.value))
    return found


def test_the_search_finds_codes() -> None:
    assert {"port.taken", "engine.unreachable", "signin.failed", "home.newer"} <= codes()


@pytest.mark.parametrize("code", sorted(codes()))
def test_every_error_code_is_listed(code: str) -> None:
    assert f"`{code}`" in README


def test_every_dependency_is_named_with_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for requirement in project["dependencies"]:
        name = re.split(r"[<>=!~ ]", requirement)[0]
        assert re.search(rf"^\| .*{name}", README, re.MULTILINE | re.IGNORECASE) or name in README, name


def test_the_pictures_are_there() -> None:
    for picture in re.findall(r"\]\(([^)]*\.svg)\)", README):
        assert (ROOT / picture).is_file(), picture
