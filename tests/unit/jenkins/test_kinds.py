"""What an edited file is to Jenkins."""

import pytest

from devbox.jenkins.kinds import kind, need_restart
from devbox.jenkins.mirror import Difference


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("resources/org/x/A/index.jelly", "view"),
        ("resources/org/x/A/index.groovy", "view"),
        ("classes/org/x/A.class", "class"),
        ("modules/core/classes/org/x/A.class", "class"),
        ("modules/core/resources/org/x/A/index.jelly", "view"),
        ("resources/org/x/Messages.properties", "bundle"),
        ("classes/META-INF/annotations/hudson.Extension", "index"),
        ("modules/core/classes/META-INF/services/java.sql.Driver", "index"),
        ("resources/org/x/help.html", "resource"),
        ("webapp/images/logo.png", "static"),
        ("webapp/old.properties", "static"),
        ("lib/gson.jar", "jar"),
    ],
)
def test_the_kind_of_a_path(path: str, expected: str) -> None:
    assert kind(path) == expected


@pytest.mark.parametrize(
    ("changed", "removed", "expected"),
    [
        ({"resources/a.jelly": b""}, (), False),
        ({"webapp/a.txt": b""}, ("webapp/b.txt",), False),
        ({"classes/A.class": b""}, (), True),
        ({}, ("classes/A.class",), True),
        ({"lib/a.jar": b""}, (), True),
        ({}, (), False),
    ],
)
def test_what_a_loaded_plugin_shows_only_after_a_restart(
    changed: dict[str, bytes], removed: tuple[str, ...], expected: bool
) -> None:
    assert need_restart(Difference(changed, removed)) == expected
