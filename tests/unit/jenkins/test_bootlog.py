"""What a boot's log tells: milestones on the way, and the known cause when it fails. Each row of the tables has a
sample here, and a log of a boot that goes well matches none of the faults."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.jenkins.bootlog import FAULTS, MILESTONES, BootFault, diagnose, milestone
from tests.unit.jenkins.samples import BUSY_BOOT, NEW_BOOT, OLD_BOOT, SAMPLES


def words(log: str) -> list[str]:
    return [found for line in log.splitlines() if (found := milestone(line))]


EVERYTHING = [shown for _, shown in MILESTONES]


def test_a_boot_of_a_current_core_passes_every_milestone_in_the_tables_order() -> None:
    assert words(NEW_BOOT) == EVERYTHING


def test_a_boot_of_an_old_core_passes_those_that_it_knows() -> None:
    later = {"configuration loaded", "configuration adapted", "jobs adapted"}
    assert words(OLD_BOOT) == [shown for shown in EVERYTHING if shown not in later]


@pytest.mark.parametrize(
    "line", ["", "INFO: Executing 00-devbox.groovy", "Started ServerConnector@1", "java.lang.Error"]
)
def test_most_lines_are_no_milestone(line: str) -> None:
    assert milestone(line) is None


@pytest.mark.parametrize("log", [OLD_BOOT, NEW_BOOT, BUSY_BOOT, ""], ids=["old", "new", "busy", "none"])
@pytest.mark.parametrize("exit_code", [None, 0, 1, 5, 143])
def test_a_log_of_a_boot_that_goes_well_matches_no_fault(log: str, exit_code: int | None) -> None:
    assert diagnose(log.splitlines(), exit_code=exit_code, oom_killed=False) is None


@pytest.mark.parametrize(("code", "log", "cause"), SAMPLES, ids=[f"{c}-{n}" for n, (c, _, _) in enumerate(SAMPLES)])
def test_a_known_text_is_told_with_its_own_words(code: str, log: str, cause: str) -> None:
    early_boot = OLD_BOOT.splitlines()[:4]
    found = diagnose([*early_boot, *log.splitlines()], exit_code=1, oom_killed=False)
    assert found is not None
    assert found[0].code == code
    assert found[1] is not None
    assert cause in found[1]
    assert found[1] in log
    assert "\n" not in found[1]


def rows(log: str, exit_code: int | None = None, *, oom: bool = False) -> BootFault | None:
    found = diagnose(log.splitlines(), exit_code=exit_code, oom_killed=oom)
    return found[0] if found else None


def test_every_row_of_the_table_is_reached_by_a_sample() -> None:
    reached = {id(rows(log)) for _, log, _ in SAMPLES}
    reached |= {id(rows("", 137)), id(rows("", 137, oom=True))}
    missing = [fault for fault in FAULTS if id(fault) not in reached]
    assert missing == []


def test_every_alternative_of_a_rows_pattern_has_a_sample() -> None:
    for fault in FAULTS:
        for alternative in fault.pattern.split("|") if fault.pattern and "(?:" not in fault.pattern else []:
            assert any(re.search(alternative, log) for _, log, _ in SAMPLES), alternative


@pytest.mark.parametrize("exit_code", [0, 1, 134, 137])
def test_an_apple_m4_crash_has_a_cure_of_its_own(exit_code: int) -> None:
    log = next(log for code, log, _ in SAMPLES if "SIGILL" in log)
    found = rows(log, exit_code)
    assert found is not None
    assert any("UseSVE=0" in (cure.command or "") for cure in found.cures)


def test_137_is_out_of_memory_where_docker_says_so_and_a_kill_where_it_does_not() -> None:
    killed, out_of_memory = rows("", 137), rows("", 137, oom=True)
    assert killed is not None
    assert out_of_memory is not None
    assert (killed.code, out_of_memory.code) == ("jenkins.killed", "jenkins.out_of_memory")
    assert all("--memory" in (fault.cures[0].command or "") for fault in (killed, out_of_memory))


def test_the_log_is_believed_before_the_exit_status() -> None:
    found = rows("devbox: SECURITY-FAILED x", 137)
    assert found is not None
    assert found.code == "signin.failed"


def test_cures_name_only_what_is_filled_in_later() -> None:
    for fault in FAULTS:
        assert fault.cures, fault.code
        for cure in fault.cures:
            fields = {field for _, field, _, _ in string.Formatter().parse(cure.command or "") if field is not None}
            assert fields <= {"stack", "name", "image"}, cure


@given(st.text(), st.none() | st.integers(-1, 300), st.booleans())
def test_any_log_is_read_without_an_error(text: str, exit_code: int | None, oom: bool) -> None:
    found = diagnose(text.splitlines(), exit_code=exit_code, oom_killed=oom)
    if oom:
        assert found is not None
    milestone(text)
