"""The labels that Docker Compose v2 finds a project by, and those that are devbox's own state."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox import __version__
from devbox.engine.api import Endpoint, Image
from devbox.sandbox import desired, labels
from devbox.sandbox.choices import merge
from devbox.stacks import load

COMPOSE = "com.docker.compose."
FILE = "/opt/devbox/compose/jenkins.yaml"
IMAGE = Image(
    id="sha256:1234",
    tags=("jenkins/jenkins:lts",),
    digests=(),
    labels={},
    environment={},
    arch="amd64",
    os="linux",
    user="jenkins",
    size=1,
)


def design(**asked: object) -> desired.Design:
    choices = merge(asked, {}, None)
    return desired.Design(
        load("jenkins"), "second", "run-1", choices, IMAGE, Endpoint("unix:///x", "--host"), "2.555.1", FILE
    )


def of_container(**asked: object) -> dict[str, str]:
    made = design(**asked)
    return dict(desired.container(made, made.stack.services[0]).labels)


def test_a_service_has_every_label_that_composes_filters_ask_for() -> None:
    """`docker compose ps`: project, config-hash, oneoff=False; `ls`: project and config files; `down`: service and
    number."""
    found = of_container()
    assert found[COMPOSE + "project"] == "devbox-second"
    assert found[COMPOSE + "service"] == "jenkins"
    assert found[COMPOSE + "oneoff"] == "False"
    assert found[COMPOSE + "container-number"] == "1"
    assert len(found[COMPOSE + "config-hash"]) == 64
    assert int(found[COMPOSE + "config-hash"], 16) > 0
    assert found[COMPOSE + "project.config_files"] == FILE
    assert found[COMPOSE + "project.working_dir"] == "/opt/devbox/compose"
    assert found[COMPOSE + "depends_on"] == ""
    assert found[COMPOSE + "image"] == "sha256:1234"
    assert found[COMPOSE + "version"].startswith("2.")


def test_a_service_has_devboxs_own_labels() -> None:
    found = of_container(memory="3g")
    assert found["dev.devbox.stack"] == "jenkins"
    assert found["dev.devbox.name"] == "second"
    assert found["dev.devbox.version"] == "2.555.1"
    assert found["dev.devbox.image"] == "jenkins/jenkins:lts"
    assert found["dev.devbox.run"] == "run-1"
    assert found["dev.devbox.role"] == "service"
    assert found["dev.devbox.tool"] == __version__
    assert found["dev.devbox.services"] == "jenkins"
    assert found["dev.devbox.http"] == "8080"
    assert json.loads(found["dev.devbox.choices"])["choices"]["memory"] == "3g"


def test_a_label_is_text_in_all_cases() -> None:
    assert all(isinstance(key, str) and isinstance(value, str) for key, value in of_container(env={"A": "b"}).items())


def test_no_label_holds_the_value_of_a_variable() -> None:
    assert "hunter2" not in json.dumps(of_container(env={"TOKEN": "hunter2"}))


def test_a_network_has_the_labels_that_compose_finds_and_removes_it_by() -> None:
    found = labels.of_network(design().base_labels("network"))
    assert found[COMPOSE + "project"] == "devbox-second"
    assert found[COMPOSE + "network"] == "default"
    assert labels.is_ours(found)


def test_a_volume_has_the_labels_that_compose_finds_it_by() -> None:
    found = labels.of_volume(design().base_labels("home"), "home")
    assert found[COMPOSE + "project"] == "devbox-second"
    assert found[COMPOSE + "volume"] == "home"
    assert found["dev.devbox.role"] == "home"
    assert labels.is_ours(found)


def test_what_only_compose_made_is_not_ours() -> None:
    theirs = {key: value for key, value in of_container().items() if key.startswith(COMPOSE)}
    assert theirs
    assert not labels.is_ours(theirs)
    assert not labels.is_ours({})


def test_the_config_hash_follows_the_configuration_and_nothing_else() -> None:
    key = COMPOSE + "config-hash"
    first = of_container(memory="3g", env={"A": "1", "B": "2"})[key]
    assert of_container(env={"B": "2", "A": "1"}, memory="3g")[key] == first
    assert of_container(memory="4g", env={"A": "1", "B": "2"})[key] != first
    assert of_container(memory="3g", env={"A": "1", "B": "3"})[key] != first
    again = design(memory="3g", env={"A": "1", "B": "2"})
    other_run = desired.Design(
        again.stack, again.name, "run-2", again.choices, IMAGE, again.endpoint, None, "/elsewhere/jenkins.yaml"
    )
    assert desired.container(other_run, again.stack.services[0]).labels[key] == first


@pytest.mark.parametrize("text", ["", "{", "[1]", "3", "null", '"x"', "[" * 5000])
def test_a_label_that_somebody_broke_is_an_empty_object(text: str) -> None:
    assert labels.read_json({"k": text}, "k") == {}


def test_a_label_that_is_not_there_is_an_empty_object() -> None:
    assert labels.read_json({}, "k") == {}


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=4))
def test_a_label_with_an_object_gives_it_back(value: dict[str, object]) -> None:
    assert labels.read_json({"k": json.dumps(value)}, "k") == value
