"""The plan is a pure function: tried on generated sandboxes, with a small model that carries its steps out."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from devbox.engine.api import Container, Network, Volume
from devbox.sandbox import labels, names
from devbox.sandbox.observe import Observed, sort
from devbox.sandbox.plan import Action, Change, Wanted, WantedService, plan

NAME = "box"
OWN, OLD = names.container(NAME, "jenkins"), names.set_aside(NAME, "jenkins")
MINE = {labels.STACK: "jenkins", labels.NAME: NAME, labels.COMPOSE_SERVICE: "jenkins"}


def container(name: str, state: str, own_labels: dict[str, str] | None = None) -> Container:
    return Container(
        id=name,
        name=name,
        image="i",
        image_id="sha",
        labels=MINE if own_labels is None else own_labels,
        state=state,
        health="none",
        exit_code=None,
        ports=(),
        created=0.0,
    )


STATES = st.sampled_from(["created", "running", "exited", "restarting", "paused", "dead"])


@st.composite
def observed(draw: st.DrawFn) -> Observed:
    containers = []
    if draw(st.booleans()):
        containers.append(container(OWN, draw(STATES)))
    if draw(st.booleans()):
        containers.append(container(OLD, draw(st.sampled_from(["running", "exited"]))))
    if draw(st.booleans()):
        stray = {labels.STACK: "jenkins", labels.NAME: NAME}
        containers.append(container("devbox-box-helper-1", "created", stray))
    networks = [Network("n", names.network(NAME), MINE)] if draw(st.booleans()) else []
    volumes = [Volume(names.volume(NAME, "home"), MINE)] if draw(st.booleans()) else []
    return sort(NAME, containers, networks, volumes)


wanted_service = st.builds(
    WantedService,
    service=st.just("jenkins"),
    image=st.just("jenkins/jenkins:lts"),
    differences=st.sampled_from([(), ("memory 2g -> 3g",)]),
    pull=st.none(),
    version_changes=st.sampled_from([None, "2.541.3"]),
)
wanted = st.builds(Wanted, st.just(NAME), st.just((names.volume(NAME, "home"),)), st.tuples(wanted_service))


def carry_out(seen: Observed, steps: list[Change]) -> Observed:
    """What Docker would have after the steps; fails where Docker would refuse one."""
    containers = {c.name: c for c in (*seen.containers.values(), *seen.aside.values(), *seen.stray)}
    networks, volumes = list(seen.networks), dict(seen.volumes)
    for step in steps:
        match step.action:
            case Action.CREATE_NETWORK:
                networks.append(Network("n", step.target, MINE))
            case Action.CREATE_VOLUME:
                volumes[step.target] = Volume(step.target, MINE)
            case Action.STOP:
                containers[step.target] = replace(containers[step.target], state="exited")
            case Action.SET_ASIDE:
                assert OLD not in containers, "the name of the old one is taken"
                containers[OLD] = replace(containers.pop(step.target), name=OLD)
            case Action.BRING_BACK:
                assert step.target not in containers
                containers[step.target] = replace(containers.pop(OLD), name=step.target)
            case Action.CREATE:
                assert step.target not in containers, "the name is taken"
                containers[step.target] = container(step.target, "created")
            case Action.START:
                containers[step.target] = replace(containers[step.target], state="running")
            case Action.REMOVE:
                del containers[step.target]
            case Action.COPY_HOME | Action.PULL:
                pass
            case _:
                raise AssertionError(step)
    return sort(NAME, list(containers.values()), networks, list(volumes.values()))


@given(wanted, observed())
def test_the_plan_leads_to_what_is_wanted_and_then_there_is_nothing_to_do(want: Wanted, seen: Observed) -> None:
    after = carry_out(seen, plan(want, seen))
    assert [c.name for c in after.containers.values()] == [OWN]
    assert after.containers["jenkins"].state in ("running", "restarting")
    assert not after.aside
    assert not after.stray
    satisfied = replace(want, services=tuple(replace(s, differences=(), version_changes=None) for s in want.services))
    assert plan(satisfied, after) == []


@given(wanted, observed())
def test_the_plan_never_touches_what_it_did_not_see(want: Wanted, seen: Observed) -> None:
    known = {c.name for c in (*seen.containers.values(), *seen.aside.values(), *seen.stray)}
    made: set[str] = set()
    for step in plan(want, seen):
        if step.action in (Action.CREATE, Action.BRING_BACK):
            made.add(step.target)
        if step.action in (Action.STOP, Action.SET_ASIDE, Action.REMOVE):
            aside = {OLD} if OWN in known else set()
            assert step.target in known | made | aside
        if step.action is Action.REMOVE:
            assert not step.target.endswith("_home")


@given(wanted, observed())
def test_a_running_container_is_removed_only_after_its_replacement_has_started(want: Wanted, seen: Observed) -> None:
    steps = plan(want, seen)
    current = seen.containers.get("jenkins")
    if current is None or current.state not in ("running", "exited") or seen.aside:
        return
    removed = [i for i, s in enumerate(steps) if s.action is Action.REMOVE and s.target in (OWN, OLD)]
    started = [i for i, s in enumerate(steps) if s.action is Action.START]
    assert all(any(s < r for s in started) for r in removed)


@given(wanted, observed())
def test_every_step_has_a_reason(want: Wanted, seen: Observed) -> None:
    assert all(step.reason for step in plan(want, seen))


def test_nothing_asked_and_running_is_nothing_to_do() -> None:
    seen = sort(
        NAME,
        [container(OWN, "running")],
        [Network("n", names.network(NAME), MINE)],
        [Volume(names.volume(NAME, "home"), MINE)],
    )
    want = Wanted(NAME, (names.volume(NAME, "home"),), (WantedService("jenkins", "jenkins/jenkins:lts"),))
    assert plan(want, seen) == []


def test_another_version_copies_the_home_before_the_new_one_is_made() -> None:
    seen = sort(
        NAME,
        [container(OWN, "running")],
        [Network("n", names.network(NAME), MINE)],
        [Volume(names.volume(NAME, "home"), MINE)],
    )
    service = WantedService("jenkins", "j:2", differences=("image j:1 -> j:2",), version_changes="2.541.3")
    actions = [s.action for s in plan(Wanted(NAME, (names.volume(NAME, "home"),), (service,)), seen)]
    assert actions == [
        Action.STOP,
        Action.SET_ASIDE,
        Action.COPY_HOME,
        Action.CREATE,
        Action.START,
        Action.REMOVE,
    ]
