"""The README says what is so: every error code that the source can give is in it, every dependency, every command."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from devbox.cli.verbs import ALSO, VERBS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE_FIRST = {
    "DevboxError",
    "UsageError",
    "ConfirmationNeeded",
    "BootFault",
    "Warned",
    "Warning_",
    "failure",
    "Bad",
    "Problem",
}
CODE = re.compile(r"[a-z_]+\.[a-z_]+|internal|interrupted")


def codes() -> set[str]:
    """Every code that the source can give: the words of errors and warnings, fault tables, tables of codes."""
    found: set[str] = set()
    for path in (ROOT / "devbox").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found |= {code for code in (_of_call(node),) if code}
            elif isinstance(node, ast.Dict):
                found |= {code for code in map(_constant, node.values) if code}
    return found


def _of_call(node: ast.Call) -> str | None:
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    if name == "foreign":
        return f"{getattr(node.args[0], 'value', '')}.foreign"
    at = 1 if name == "_fault" else 0 if name in CODE_FIRST else None
    return _constant(node.args[at]) if at is not None and len(node.args) > at else None


def _constant(node: ast.AST | None) -> str | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) and CODE.fullmatch(value) else None


def listed() -> set[str]:
    """The codes of the README's table."""
    section = README.split("\n## Errors\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {code for row in rows for code in re.findall(r"`([^`]+)`", row)}


def test_the_search_finds_codes() -> None:
    assert {"port.taken", "engine.unreachable", "signin.failed", "home.newer"} <= codes()


@pytest.mark.parametrize("code", sorted(codes()))
def test_every_error_code_is_listed(code: str) -> None:
    assert code in listed()


def test_no_code_is_listed_that_devbox_cannot_give() -> None:
    assert listed() - codes() == set()


def test_no_command_is_named_that_does_not_exist() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "devbox").rglob("*.py"))
    named = {*re.findall(r"`devbox ([a-z]+)\b", README + source), *re.findall(r'", f?"devbox ([a-z]+)\b', source)}
    assert {"up", "down", "status"} <= named
    assert named <= {*VERBS, *ALSO}


def test_no_tour_leads_from_the_lts_back_to_an_older_jenkins_on_the_same_home() -> None:
    from devbox.cli.app import HELP
    from devbox.cli.verbs import up

    examples = [
        line for text in (README, HELP, up.up.__doc__ or "") for line in re.findall("devbox up jenkins:.*", text)
    ]
    assert len(examples) > 3
    assert [line for line in examples if re.match(r"devbox up jenkins:\d", line) and " -n " not in line] == []


def test_every_dependency_is_named_with_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for requirement in project["dependencies"]:
        name = re.split(r"[<>=!~ ]", requirement)[0]
        assert re.search(rf"^\| .*{name}", README, re.MULTILINE | re.IGNORECASE) or name in README, name


def test_the_pictures_are_there() -> None:
    for picture in re.findall(r"\]\(([^)]*\.svg)\)", README):
        assert (ROOT / picture).is_file(), picture


def test_every_check_of_the_doctor_is_listed_as_the_doctor_lists_it() -> None:
    from devbox.doctor.checks import CHECKS

    section = README.split("\n## When Docker itself is what is wrong\n")[1].split("\n## ")[0]
    listed_checks = re.findall(r"^\| `([a-z.-]+)` \| (.*?)(?: \(`--deep`\))? \|$", section, re.MULTILINE)
    rungs = {"none", "settings", "restart", "destroy"}
    assert [row for row in listed_checks if row[0] not in rungs] == [(check.id, check.line) for check in CHECKS]
