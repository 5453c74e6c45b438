"""`make up` on machines that lack something: what it says, and that it stops there in plain words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.lab import first_run


class Machine:
    """What devbox says there, and what was run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **errors: str) -> None:
        self.errors = errors
        self.images: set[str] = set()
        self.sandboxes: list[dict[str, Any]] = []
        self.ups: list[tuple[str, ...]] = []
        self.said: list[str] = []
        self.offered = 0
        for name in ("devbox_error", "devbox_json", "local", "up", "say", "offer_engine"):
            monkeypatch.setattr(first_run, name, getattr(self, name))

    def devbox_error(self, *words: str) -> dict[str, Any] | None:
        code = self.errors.get(words[0])
        cures = [{"text": "do that", "command": "that"}]
        return {"code": code, "message": "it failed", "cures": cures} if code else None

    def devbox_json(self, *words: str) -> dict[str, Any]:
        return {"data": {"sandboxes": self.sandboxes}, "error": self.devbox_error(*words)}

    def local(self, image: str) -> bool:
        return image in self.images

    def up(self, *words: str) -> int:
        self.ups.append(words)
        return 0

    def say(self, text: str) -> None:
        self.said.append(text)

    def offer_engine(self, _error: dict[str, Any]) -> bool:
        self.offered += 1
        return False


def test_the_official_image_is_asked_for_in_full_even_after_a_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch)
    assert first_run.main() == 0
    machine.images.add(first_run.OFFICIAL)
    assert first_run.main() == 0
    assert machine.ups == [("jenkins:lts",), ("jenkins:lts",)]


@pytest.mark.parametrize(
    ("image", "wanted"), [("jenkins/jenkins:latest", "jenkins"), (f"{first_run.STANDIN}:latest", "jenkins:lts")]
)
def test_a_jenkins_that_is_there_keeps_its_version_unless_it_is_a_stand_in(
    monkeypatch: pytest.MonkeyPatch, image: str, wanted: str
) -> None:
    machine = Machine(monkeypatch)
    machine.sandboxes = [{"name": "jenkins", "services": [{"image": image}]}]
    assert first_run.main() == 0
    assert machine.ups == [(wanted,)]


def test_a_kept_home_gets_the_jenkins_that_it_had(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch)
    machine.sandboxes = [{"name": "queue", "services": []}, {"name": "jenkins", "services": []}]
    assert first_run.main() == 0
    assert machine.ups == [("jenkins",)]
    assert "devbox up jenkins:lts" in machine.said[-1]


@pytest.mark.parametrize("there", [True, False])
def test_where_devbox_is_not_on_the_path_the_end_says_how_it_gets_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], there: bool
) -> None:
    (tmp_path / "devbox").touch(mode=0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path if there else tmp_path / "no"))
    monkeypatch.setattr(first_run.sys, "executable", str(tmp_path / ".venv" / "bin" / "python"))
    monkeypatch.setattr(first_run, "DEVBOX", ["/bin/true"])
    assert first_run.up("jenkins") == 0
    line = "To have devbox on your PATH in this shell:  . .venv/bin/activate\n"
    assert capsys.readouterr().err == ("" if there else line)


def test_an_engine_that_lets_this_user_not_in_is_no_missing_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, status="engine.permission")
    assert first_run.main() == 1
    assert machine.offered == 0
    assert "sudo usermod -aG docker $USER" in "\n".join(machine.said)
    assert "sudo make up" in "\n".join(machine.said)


def test_one_that_was_just_started_and_lets_this_user_not_in_has_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    Machine(monkeypatch, status="engine.permission")
    assert first_run.answers(5)


def test_no_engine_is_offered_to_be_made_and_else_told_with_its_cures(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, status="engine.unreachable")
    assert first_run.main() == 1
    assert machine.offered == 1
    assert machine.said == ["error[engine.unreachable]: it failed", "  -> do that  that"]


@pytest.mark.parametrize("code", first_run.NO_REGISTRY)
def test_on_a_closed_network_the_stand_in_comes_up_under_its_own_name(
    monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    machine = Machine(monkeypatch, pull=code)
    monkeypatch.setattr(first_run, "load_standin", lambda: True)
    assert first_run.main() == 0
    assert machine.ups == [("jenkins", "--image", first_run.STANDIN)]


def test_a_stand_in_that_cannot_be_made_is_a_failure_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, pull="registry.unreachable")
    monkeypatch.setattr(first_run.os, "geteuid", lambda: 1000)
    assert first_run.main() == 1
    assert machine.ups == []
    assert "sudo make up" in machine.said[-1]
