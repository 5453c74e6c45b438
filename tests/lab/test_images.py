"""What the images declare, and that a pull of one is a real pull."""

from __future__ import annotations

import json

import pytest

from tests.lab.conftest import Boxes
from tests.lab.lab import Lab
from tests.lab.shell import LabError
from tests.lab.tags import LEGACY, LTS, OFFICIAL, OLDER_LTS, OWN, WEEKLY

pytestmark = pytest.mark.lab


def test_the_image_declares_what_the_official_one_does(lab: Lab) -> None:
    lab.engine.docker("pull", "--quiet", f"{OFFICIAL}:lts")
    image = json.loads(lab.engine.docker("image", "inspect", f"{OFFICIAL}:lts"))[0]["Config"]
    assert image["User"] == "jenkins"
    assert list(image["Volumes"]) == ["/var/jenkins_home"]
    assert sorted(image["ExposedPorts"]) == ["50000/tcp", "8080/tcp"]
    assert image["Entrypoint"] == ["/usr/bin/tini", "--", "/usr/local/bin/jenkins.sh"]
    assert image["Labels"]["org.opencontainers.image.version"] == LTS
    assert {f"JENKINS_VERSION={LTS}", "JENKINS_HOME=/var/jenkins_home", "JENKINS_SLAVE_AGENT_PORT=50000"} <= set(
        image["Env"]
    )
    assert not image.get("Healthcheck")


def test_a_word_that_is_no_option_runs_as_a_command(box: Boxes) -> None:
    for words, said in ((("--version",), LTS), (("id", "-un"), "jenkins"), (("which", "curl"), "/usr/bin/curl")):
        one = box("lts", words=words)
        assert one.wait_exit() == 0
        assert one.logs().strip() == said


def test_reference_files_are_copied_once_unless_they_override(box: Boxes) -> None:
    one = box("lts", start=False)
    one.put("/usr/share/jenkins/ref", {"kept.txt": "image", "forced.txt.override": "image", "deep/er.txt": "image"})
    one.put("/var/jenkins_home", {"kept.txt": "home", "forced.txt": "home"})
    one.start()
    one.wait_answer()
    home = "/var/jenkins_home"
    assert [one.exec("cat", f"{home}/{name}") for name in ("kept.txt", "forced.txt", "deep/er.txt")] == [
        "home", "image", "image",
    ]  # fmt: skip
    assert "INSTALLED deep/er.txt" in one.exec("cat", f"{home}/copy_reference_file.log")


def test_the_tags_are_the_versions_they_name(lab: Lab, box: Boxes) -> None:
    for tag, version in ((OLDER_LTS, OLDER_LTS), (f"{OLDER_LTS}-lts-jdk21", OLDER_LTS), ("latest", WEEKLY),
                         (LEGACY, LEGACY), ("lts-jdk21", LTS)):  # fmt: skip
        one = box(tag, words=("--version",))
        assert one.wait_exit() == 0 and one.logs().strip() == version
    assert {f"{OWN}:lts", f"{OWN}:latest"} <= set(lab.images)


def test_an_empty_engine_pulls_all_layers_from_the_registry(lab: Lab) -> None:
    with lab.fresh_engine() as engine:
        said = engine.docker("pull", f"{OWN}:latest")
        assert said.count("Pull complete") >= 5 and "Already exists" not in said
        assert engine.docker("run", "--rm", f"{OWN}:latest", "--version").strip() == LTS


def test_a_stand_in_goes_into_another_engine_under_its_own_name_alone(lab: Lab) -> None:
    with lab.fresh_engine() as engine:
        lab.load(("devbox-lab/tiny:latest",), engine.docker_host)
        assert engine.docker("images", "--format", "{{.Repository}}:{{.Tag}}").split() == ["devbox-lab/tiny:latest"]
        with pytest.raises(LabError, match="only devbox-lab/"):
            lab.load((f"{OFFICIAL}:lts",), engine.docker_host)
