"""From the stack and the choices to the container that is created."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.engine.api import ContainerSpec, Endpoint, Image, Mount, Publish
from devbox.errors import DevboxError
from devbox.sandbox import labels
from devbox.sandbox.choices import merge, of_container
from devbox.sandbox.desired import Design, container
from devbox.sandbox.kinds.jenkins import NO_WIZARD
from devbox.stacks import load

IMAGE = Image(
    id="sha256:1",
    tags=("jenkins/jenkins:lts",),
    digests=(),
    labels={},
    environment={},
    arch="amd64",
    os="linux",
    user="jenkins",
    size=1,
)


def design(image_environment: dict[str, str] | None = None, **asked: object) -> Design:
    return Design(
        load("jenkins"),
        "second",
        "run-1",
        merge(asked, {}, None),
        replace(IMAGE, environment=image_environment or {}),
        Endpoint("unix:///x", "--host"),
        "2.555.1",
        "/compose/jenkins.yaml",
    )


def made(image_environment: dict[str, str] | None = None, **asked: object) -> ContainerSpec:
    wanted = design(image_environment, **asked)
    return container(wanted, wanted.stack.services[0])


def java(image_environment: dict[str, str] | None = None, **asked: object) -> list[str]:
    return made(image_environment, **asked).environment["JAVA_OPTS"].split()


def test_the_defaults_give_the_stacks_service_under_the_sandboxs_names() -> None:
    spec, service = made(), load("jenkins").services[0]
    assert (spec.name, spec.network, spec.service) == ("devbox-second-jenkins-1", "devbox-second_default", "jenkins")
    assert spec.image == "jenkins/jenkins:lts"
    assert spec.mounts == (Mount("devbox-second_home", "/var/jenkins_home"),)
    assert spec.ports == (Publish(8080, "127.0.0.1", 8080), Publish(50000, "127.0.0.1", 50000))
    assert spec.healthcheck == service.healthcheck
    assert (spec.memory, spec.restart, spec.stop_grace) == (service.memory, service.restart, service.stop_grace)


def test_the_web_port_moves_outside_and_the_agent_port_inside_too() -> None:
    spec = made(http_port=9090, agent_port=50007)
    assert spec.ports == (Publish(8080, "127.0.0.1", 9090), Publish(50007, "127.0.0.1", 50007))
    assert spec.environment["JENKINS_SLAVE_AGENT_PORT"] == "50007"
    assert spec.environment["DEVBOX_URL"] == "http://127.0.0.1:9090/"


def test_ports_are_published_on_the_address_that_was_asked_for() -> None:
    spec = made(publish_address="0.0.0.0")
    assert {port.host_ip for port in spec.ports} == {"0.0.0.0"}
    assert spec.environment["DEVBOX_URL"] == "http://127.0.0.1:8080/"


def test_nothing_is_designed_for_a_remote_engine_unasked() -> None:
    remote = replace(design(), endpoint=Endpoint("ssh://me@far", "DOCKER_HOST", publish=None, reach="far"))
    with pytest.raises(DevboxError) as error:
        container(remote, remote.stack.services[0])
    assert error.value.code == "engine.remote"


def test_a_container_is_made_from_the_image_itself_when_its_tag_means_another_by_now() -> None:
    moved = replace(design(), image=replace(IMAGE, tags=("jenkins/jenkins:other",)))
    assert container(moved, moved.stack.services[0]).image == "sha256:1"
    assert container(moved, moved.stack.services[0]).labels[labels.IMAGE] == "jenkins/jenkins:lts"


def test_the_sign_in_script_is_not_cleared_away_whatever_the_user_sets() -> None:
    assert made(env={"PRE_CLEAR_INIT_GROOVY_D": "true"}).environment["PRE_CLEAR_INIT_GROOVY_D"] == ""


def test_the_wizard_is_off_since_the_script_signs_in() -> None:
    assert NO_WIZARD in java()
    assert made().environment["DEVBOX_SIGNIN"] == "on"
    assert made(no_auth=True).environment["DEVBOX_SIGNIN"] == "off"


def test_a_secret_is_in_no_part_of_the_container() -> None:
    spec = made()
    assert not [name for name in spec.environment if "PASS" in name or "TOKEN" in name]
    assert spec.command is None


def test_the_heap_is_a_share_of_the_memory_in_a_way_that_old_java_takes() -> None:
    assert "-Xmx1228m" in java()
    assert "-Xmx614m" in java(memory="1g")
    assert made(memory="1g").memory == 1 << 30
    assert not any("RAMPercentage" in option for option in java())


@pytest.mark.parametrize("option", ["-Xmx700m", "-XX:MaxRAMPercentage=50.0", "-XX:MaxRAM=1g", "-XX:MaxHeapSize=700m"])
@pytest.mark.parametrize("where", ["java_opts", "env", "late env", "image", "late image"])
def test_a_heap_that_somebody_chose_is_theirs(option: str, where: str) -> None:
    asked: dict[str, dict[str, object]] = {
        "java_opts": {"java_opts": option},
        "env": {"env": {"JAVA_OPTS": option}},
        "late env": {"env": {"JENKINS_JAVA_OPTS": option}},
        "image": {"image_environment": {"JAVA_OPTS": option}},
        "late image": {"image_environment": {"JENKINS_JAVA_OPTS": option}},
    }
    options = java(**asked[where])  # type: ignore[arg-type]
    assert [o for o in options if o.startswith(("-Xmx", "-XX:Max"))] == ([] if "late" in where else [option])


def test_java_options_of_image_user_and_flag_are_all_there_the_flag_last() -> None:
    options = java({"JAVA_OPTS": "-Dimage=1 -Dboth=image"}, env={"JAVA_OPTS": "-Duser=1"}, java_opts="-Dboth=flag")
    assert [o for o in options if o.startswith("-D")] == [
        "-Dimage=1",
        "-Dboth=image",
        "-Duser=1",
        NO_WIZARD,
        "-Dboth=flag",
    ]


def test_a_prefix_reaches_jenkins_its_health_check_and_its_url() -> None:
    environment = made(prefix="/jenkins").environment
    assert environment["JENKINS_OPTS"] == "--prefix=/jenkins"
    assert environment["DEVBOX_PREFIX"] == "/jenkins"
    assert environment["DEVBOX_URL"] == "http://127.0.0.1:8080/jenkins/"
    assert design(prefix="/jenkins").url == "http://127.0.0.1:8080/jenkins"


def test_a_prefix_comes_after_the_options_that_jenkins_has() -> None:
    environment = made(
        {"JENKINS_OPTS": "--httpPort=8080"}, env={"JENKINS_OPTS": "--sessionTimeout=5"}, prefix="/j"
    ).environment
    assert environment["JENKINS_OPTS"] == "--httpPort=8080 --sessionTimeout=5 --prefix=/j"


def test_without_a_prefix_the_images_options_stay_as_they_are() -> None:
    environment = made({"JENKINS_OPTS": "--httpPort=8080"}).environment
    assert "JENKINS_OPTS" not in environment
    assert "DEVBOX_PREFIX" not in environment


def test_variables_of_the_users_are_passed_and_cannot_undo_what_the_sandbox_needs() -> None:
    given_ = {"A": "b c", "DEVBOX_SIGNIN": "off", "DEVBOX_URL": "http://x/", "JENKINS_SLAVE_AGENT_PORT": "1"}
    environment = made(env=given_).environment
    assert environment["A"] == "b c"
    assert environment["DEVBOX_SIGNIN"] == "on"
    assert environment["DEVBOX_URL"] == "http://127.0.0.1:8080/"
    assert environment["JENKINS_SLAVE_AGENT_PORT"] == "50000"


def test_a_variable_of_the_users_goes_before_the_stacks() -> None:
    wanted = design(env={"A": "mine"})
    service = replace(wanted.stack.services[0], environment={"A": "the stack's", "B": "the stack's"})
    environment = container(wanted, service).environment
    assert (environment["A"], environment["B"]) == ("mine", "the stack's")


def test_the_version_is_a_label_where_it_is_known() -> None:
    assert made().labels[labels.VERSION] == "2.555.1"
    unknown = replace(design(), version=None)
    assert labels.VERSION not in container(unknown, unknown.stack.services[0]).labels


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "http_port": st.integers(1, 65535),
            "agent_port": st.integers(1, 65535),
            "prefix": st.sampled_from(["", "/jenkins"]),
            "java_opts": st.text("-DXabc =", max_size=12),
            "env": st.dictionaries(st.text("ABC", min_size=1, max_size=3), st.text(max_size=5), max_size=3),
            "no_auth": st.booleans(),
        },
    )
)
def test_the_labels_of_a_container_give_its_choices_back(asked: dict[str, object]) -> None:
    wanted = design(None, **asked)
    spec = container(wanted, wanted.stack.services[0])
    assert of_container(spec.labels, spec.environment | asked.get("env", {})).values == wanted.choices.values  # type: ignore[operator]
    json.dumps(dict(spec.labels))


def test_the_image_that_a_sandbox_has_is_used_when_its_tag_means_another() -> None:
    wanted = replace(design(), image=replace(IMAGE, tags=("jenkins/jenkins:other",)))
    assert container(wanted, wanted.stack.services[0]).image == IMAGE.id


def test_the_defaults_are_those_of_the_stacks_file() -> None:
    service = load("jenkins").services[0]
    published = {p.container: p.host for p in service.ports}
    choices = merge({}, {}, None)
    assert (choices["http_port"], choices["agent_port"]) == (published[8080], published[50000])
    assert choices.image == service.image


def test_the_images_start_does_not_delete_the_sign_in_script() -> None:
    assert made({"PRE_CLEAR_INIT_GROOVY_D": "true"}).environment["PRE_CLEAR_INIT_GROOVY_D"] == ""
    assert made(env={"PRE_CLEAR_INIT_GROOVY_D": "true"}).environment["PRE_CLEAR_INIT_GROOVY_D"] == ""
