"""`devbox plugin link`: a project's folders in the running Jenkins, read live."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

from devbox.engine.api import Container
from devbox.errors import Cure, DevboxError
from devbox.events import Note, Step
from devbox.frozen import dataclass
from devbox.jenkins import detached, hpl, kinds, script, state
from devbox.jenkins import home as layout
from devbox.jenkins.mirror import Difference, Mirror
from devbox.jenkins.project import Project
from devbox.result import Result
from devbox.sandbox import agent
from devbox.sandbox.inside import service_container
from devbox.sandbox.plan import Action, Change
from devbox.sandbox.plugins.entry import enter
from devbox.sandbox.plugins.linked import Folder
from devbox.sandbox.request import UpRequest, World
from devbox.sandbox.up import bring

SERVICE = "jenkins"
TRIES = 20
"""Looks at a project that is being built, 0.1 s apart."""


@dataclass(frozen=True)
class LinkRequest:
    """One `plugin link`. `agent`: Java's debug agent is wanted, for hot swap; `timeout` in seconds, for a restart."""

    name: str
    project: Project
    timeout: float = 300
    agent: bool = True
    dry_run: bool = False


@dataclass
class Linked:
    """A link that holds: what is linked where, and what the container has of it."""

    mirror: Mirror
    folder: Folder
    restarted: bool = False
    sent: int = 0
    """Files that went in or out."""


def link(world: World, request: LinkRequest) -> Result:
    """Link a project; again: only what changed is sent, and Jenkins restarts only where classes did."""
    world, warnings = world.collecting()
    if request.dry_run:
        return Result({"changes": _Link(world, request).planned()}, tuple(warnings))
    done = establish(world, request)
    return Result(data(done), tuple(warnings), next=_next(request))


def data(linked: Linked) -> dict[str, Any]:
    """A link as the JSON shows it."""
    project = linked.mirror.project
    return {
        "name": project.name,
        "version": project.version,
        "folders": [str(folder) for folder in project.folders],
        "restarted": linked.restarted,
    }


def _next(request: LinkRequest) -> tuple[Cure, ...]:
    which = "" if request.name == SERVICE else f" -n {request.name}"
    return (
        Cure("send each edit at once", f"devbox plugin watch {request.project.folder}{which}"),
        Cure("take the link away", f"devbox plugin unlink {request.project.name}{which}"),
    )


def establish(world: World, request: LinkRequest) -> Linked:
    """Make the link, whatever that takes; raises `link.failed` with Jenkins' cause, and takes a new link back."""
    return _Link(world, request).run()


def restart_of(container: Container) -> Change:
    """The step that restarts a Jenkins for a plugin."""
    return Change(Action.RESTART, container.name, "a plugin that is loaded changed", SERVICE)


def ask(world: World, name: str, plugin: str, *, load: bool) -> dict[str, Any]:
    """What Jenkins says of a plugin, views made live; with `load` it loads the `.hpl` of one that is new to it."""
    arguments = {"id": plugin, "load": "yes" if load else "no"}
    answer: dict[str, Any] = script.call(enter(world.engine, name).client, "link", arguments)
    return answer


def spare_builds(world: World, name: str) -> None:
    """Before a restart: what is being built would be lost, with its record. Raises `link.declined`."""
    running = builds(world, name)
    if running and not world.confirm(f"This needs a restart, which kills {running[0]}{_more(running)}. Go on?"):
        raise DevboxError("link.declined", "nothing was done: a build is running")


def builds(world: World, name: str) -> tuple[str, ...]:
    """What is being built just now."""
    return state.ask(enter(world.engine, name).client).builds


def _more(running: tuple[str, ...]) -> str:
    return f" and {len(running) - 1} more" if len(running) > 1 else ""


class _Link:
    """One run."""

    def __init__(self, world: World, request: LinkRequest) -> None:
        self.world = world
        self.engine = world.engine
        self.request = request
        self.project = request.project
        self.container = service_container(self.engine, request.name, SERVICE, running=False)
        self.mirror = Mirror(self.project)
        self.folder = Folder.of(self.engine, self.container.name, self.project.name)
        self.there = self.folder.read(self.mirror)
        self.sent = 0

    @property
    def lacks_agent(self) -> bool:
        """Whether the container is to be made anew for Java's debug agent."""
        return self.request.agent and agent.port(self.engine.inspect(self.container.id).environment) is None

    def up_request(self, **asked: object) -> UpRequest:
        """An `up` that changes only this."""
        return UpRequest(SERVICE, self.request.name, asked=asked, timeout=self.request.timeout)

    def planned(self) -> list[dict[str, str]]:
        """What would be done."""
        steps: list[dict[str, str]] = []
        if self.lacks_agent:
            dry = replace(self.up_request(linked=True), dry_run=True)
            steps += (bring(self.world, dry).data or {})["changes"]
        difference = self.mirror.look()
        if not self.there or not difference.empty:
            reason = f"{len(difference.changed)} files to send, {len(difference.removed)} to delete"
            steps.append({"action": "link", "target": self.project.name, "reason": reason})
        return steps

    def run(self) -> Linked:
        """Files first, then whatever makes Jenkins read them."""
        if self.container.state != "running":
            return self.from_standstill()
        if self.lacks_agent and self.may_recreate():
            spare_builds(self.world, self.request.name)
            self.send(self.look())
            self.recreate()
            return self.finish(True)
        if not self.there:
            return self.finish(self.loaded())
        difference = self.look()
        restart = kinds.need_restart(difference) or self.described_anew()
        if restart:
            spare_builds(self.world, self.request.name)
        self.send(difference)
        return self.finish(self.loaded(restart=restart))

    def from_standstill(self) -> Linked:
        """In a sandbox that does not run: one start has it all, but for deletions, which take a running container."""
        asked: dict[str, object] = {"linked": True} if self.lacks_agent and self.may_recreate() else {}
        difference = self.look()
        if not difference.removed:
            self.send(difference)
        bring(self.world, self.up_request(**asked))
        if difference.removed:
            self.send(self.look())
            bring(self.world, self.up_request(), restart=(restart_of(self.container),))
        self.verify(self.ask(load=True))
        return self.finish(True)

    def recreate(self) -> None:
        """The container anew, with the agent; where that fails a link that is new leaves nothing behind."""
        try:
            bring(self.world, self.up_request(linked=True))
        except BaseException:
            if not self.there:
                with self.world.shield(), contextlib.suppress(DevboxError):
                    self.take_back()
            raise
        self.verify(self.ask(load=True))

    def take_back(self) -> None:
        """Remove what this run has put in."""
        self.folder.remove((hpl.file(self.project.name), hpl.folder(self.project.name)))

    def finish(self, restarted: bool) -> Linked:
        """The link holds."""
        return Linked(self.mirror, self.folder, restarted, self.sent)

    def may_recreate(self) -> bool:
        """Ask: the container goes, Jenkins starts anew. A no leaves classes to restarts."""
        question = (
            f"Recreate the container of {self.request.name!r} with Java's debug agent, which devbox swaps classes "
            "through? It listens inside the container alone; Jenkins starts anew."
        )
        if self.world.confirm(question):
            return True
        self.world.emit(Note("linking without it: views and static files are live, classes take a restart"))
        return False

    def look(self) -> Difference:
        """The project as it is, once no build is under way in it."""
        import time

        difference = self.mirror.look()
        for _ in range(TRIES):
            if not difference.again:
                break
            time.sleep(0.1)
            difference = self.mirror.look()
        return difference

    def described_anew(self) -> bool:
        """Whether Jenkins would load it otherwise than it has: another manifest, another list of jars."""
        path = f"{layout.PATH}/{hpl.file(self.project.name)}"
        content = self.engine.get_file(self.container.name, path)
        return self.there and hpl.differs(content or b"", hpl.render(self.project))

    def send(self, difference: Difference) -> None:
        """Put the files in, with folders and `.hpl`."""
        count = len(difference.changed) + len(difference.removed)
        if not count and self.there and not self.described_anew():
            self.mirror.arrived(difference)
            return
        self.sent += count
        self.world.emit(Step("link", self.project.name, f"{count} file{'' if count == 1 else 's'}"))
        with self.world.shield():
            self.folder.send(self.mirror, difference, whole=True)

    def loaded(self, restart: bool = False) -> bool:
        """Have Jenkins read it: hot where the name is new to it, else by a restart; whether it took one."""
        if not self.there:
            before = self.ask(load=False)["before"]
            if before:
                spare_builds(self.world, self.request.name)
            self.send(self.look())
            answer = self.ask(load=True) if not before else {"restart": True}
            if not answer["restart"]:
                self.verify(answer)
                return False
            if not before:
                self.spare_builds()
            restart = True
        if not restart:
            answer = self.ask(load=True)
            if answer["active"] and not answer["error"]:
                return False
        bring(self.world, self.up_request(), restart=(restart_of(self.container),))
        self.verify(self.ask(load=True))
        return True

    def spare_builds(self) -> None:
        """Before a restart that only Jenkins could tell of; a no takes the new link back."""
        try:
            spare_builds(self.world, self.request.name)
        except BaseException:
            with self.world.shield(), contextlib.suppress(DevboxError):
                self.take_back()
            raise

    def ask(self, *, load: bool) -> dict[str, Any]:
        """See `ask`."""
        return ask(self.world, self.request.name, self.project.name, load=load)

    def verify(self, answer: dict[str, Any]) -> None:
        """Raises `link.failed` where Jenkins does not have the plugin now; a link that is new is taken back."""
        if answer["active"] and not answer["error"]:
            return
        name = self.project.name
        cures = [*self.implied(), Cure("see Jenkins' log", f"devbox logs {self.request.name}")]
        if not self.there:
            self.take_back()
            cures.insert(0, Cure("correct it, build, and link again", f"devbox plugin link {self.project.folder}"))
        raise DevboxError(
            "link.failed", f"Jenkins could not load {name} from its project", cause=answer["error"], cures=tuple(cures)
        )

    def implied(self) -> list[Cure]:
        """For a plugin that is older than this Jenkins: what it may use without saying so."""
        try:
            found = state.ask(enter(self.engine, self.request.name).client)
        except DevboxError:
            return []  # why it failed is known, and is what is to be told
        manifest = self.project.manifest
        needs = (manifest.get("Plugin-Dependencies") or "").split(",")
        there = [*found.plugins, *(need.strip().partition(":")[0] for need in needs)]
        built_for = manifest.get("Jenkins-Version") or manifest.get("Hudson-Version")
        names = detached.missing(self.project.name, built_for, found.core, there)
        text = f"put in what was in the core of Jenkins {built_for or 'then'} and it uses, of {', '.join(names)}"
        return [Cure(text, "devbox plugin deploy FILE")] if names else []
