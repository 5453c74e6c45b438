"""What a home says of the Jenkins that wrote it, and which part of it is worth a copy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.jenkins.home import SKIPPED, version

CONFIG = b"<?xml version='1.1'?>\n<hudson>\n  <version>%s</version>\n  <x><version>9.9</version></x>\n</hudson>"


@pytest.mark.parametrize(
    ("last", "config", "expected"),
    [
        (b"2.568.2", None, "2.568.2"),
        (b"2.568.2\n", CONFIG % b"2.1", "2.568.2"),
        (None, CONFIG % b"1.610", "1.610"),
        (b"", CONFIG % b"1.610", "1.610"),
        (b" \n", CONFIG % b" 1.610-SNAPSHOT (private-x) ", "1.610-SNAPSHOT (private-x)"),
        (None, None, None),
        (None, b"", None),
        (None, b"<hudson/>", None),
        (None, b"<version></version>", None),
        (None, b"<version> \n </version>", None),
        (None, b"\xff\xfe<version>2.1\xff</version>", "2.1�"),
        (None, b"<version>" + b" " * 60_000, None),
    ],
)
def test_a_homes_version_is_the_last_that_ran_else_its_configurations(
    last: bytes | None, config: bytes | None, expected: str | None
) -> None:
    assert version(last, config) == expected


@given(st.none() | st.binary(), st.none() | st.binary())
def test_no_file_of_any_hand_is_an_error(last: bytes | None, config: bytes | None) -> None:
    assert version(last, config) != ""


@pytest.mark.parametrize(
    "path",
    [
        "war",
        "war/WEB-INF/lib/jenkins-core.jar",
        "caches/git-1/HEAD",
        "logs/tasks/x.log",
        "devbox-war/0123456789abcdef.war",
        "plugins/git/WEB-INF/lib/git.jar",
        "workspace/job/file",
        "copy_reference_file.log",
    ],
)
def test_what_jenkins_makes_anew_is_not_copied(path: str) -> None:
    assert SKIPPED.search(path)


@pytest.mark.parametrize(
    "path",
    [
        "config.xml",
        "secret.key",
        "secrets/master.key",
        "plugins",
        "plugins/git.jpi",
        "plugins/git.hpi.disabled",
        "jobs/war/config.xml",
        "jobs/a/builds/1/log",
        "jobs/a/builds/1/run.log",
        "jobs/logs/workspace/x",
        "users/admin/config.xml",
        "devbox/admin.password",
        "devbox/sandbox.json",
        "warehouse",
        "logs.xml",
        "nodes/agent/config.xml",
        "init.groovy.d/10-mine.groovy",
    ],
)
def test_what_is_the_users_is_copied(path: str) -> None:
    assert not SKIPPED.search(path)
