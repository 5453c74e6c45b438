"""The lab's engines: they can be hurt, they come back, and others speak other versions of the API."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.lab import Lab
from tests.lab.procs import started_at, until
from tests.lab.shell import LabError

pytestmark = [pytest.mark.lab, pytest.mark.engine]
TINY = "devbox-lab/tiny"
VERSION = ("version", "--format", "{{.Server.APIVersion}} {{.Server.MinAPIVersion}}")


def test_a_fresh_engine_hangs_dies_comes_back_and_leaves_nothing(lab: Lab) -> None:
    with lab.fresh_engine() as engine:
        assert engine.pid != lab.engine.pid and engine.docker("ps", "--all", "--quiet") == ""
        engine.pause()
        assert not engine.answers()
        engine.resume()
        assert engine.answers()
        engine.kill()
        assert engine.pid is None and not engine.answers()
        engine.start()
        assert engine.answers()
        run, data = engine.run, engine.data
    assert not run.exists() and not data.exists()
    assert str(data) not in Path("/proc/mounts").read_text()
    assert lab.engine.answers()


def test_a_container_outlives_its_killed_engine_and_goes_with_it_in_the_end(lab: Lab) -> None:
    with lab.fresh_engine() as engine:
        ident = engine.docker("run", "--detach", TINY, "sleep", "600").strip()
        pid = int(engine.docker("inspect", "--format", "{{.State.Pid}}", ident))
        engine.kill()
        assert started_at(pid) is not None
    assert until(lambda: started_at(pid) is None, 60)


@pytest.mark.parametrize(("version", "window"), [("26.1", "1.45 1.24"), ("26.1-min144", "1.45 1.44")])
def test_another_engine_has_its_own_version_window_and_runs_containers(lab: Lab, version: str, window: str) -> None:
    with lab.fresh_engine(version) as engine:
        assert engine.docker(*VERSION).strip() == window
        assert engine.docker("run", "--rm", "--memory", "256m", TINY, "id", "-u").strip() == "0"


@pytest.mark.soak
def test_the_newest_engine_of_debian_takes_the_window_of_29_0(lab: Lab) -> None:
    with lab.fresh_engine("28.5-min144") as engine:
        assert engine.docker(*VERSION).strip().endswith(" 1.44")


def test_an_engine_that_nobody_has_is_an_error_by_name(lab: Lab) -> None:
    with pytest.raises(LabError, match=r"no engine '1\.0'"), lab.fresh_engine("1.0"):
        pytest.fail("there is none")
