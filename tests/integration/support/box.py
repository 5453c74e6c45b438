"""A sandbox of one test: its name, its ports, the command that makes it, the engine that holds it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from tests.integration.support.command import Devbox, Ran, Running
from tests.integration.support.docker import Docker
from tests.integration.support.jenkins import Jenkins
from tests.integration.support.ports import free_port

HOME = "/var/jenkins_home"


@dataclass(frozen=True)
class Box:
    """A sandbox by its name, whether it exists or not."""

    name: str
    devbox: Devbox
    docker: Docker
    http: int
    agent: int

    @property
    def container(self) -> str:
        return f"devbox-{self.name}-jenkins-1"

    @property
    def old(self) -> str:
        """What its container is called while it waits for the new one."""
        return f"{self.container}_old"

    @property
    def network(self) -> str:
        return f"devbox-{self.name}_default"

    @property
    def volume(self) -> str:
        return f"devbox-{self.name}_home"

    @property
    def ports(self) -> tuple[str, ...]:
        """The options that ask for its ports."""
        return ("--http-port", str(self.http), "--agent-port", str(self.agent))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http}"

    def up(self, stack: str = "jenkins", *words: str | Path) -> Ran:
        """`devbox up` with its name and its ports, as JSON."""
        return self.devbox.json("up", stack, "-n", self.name, *self.ports, *words)

    def again(self, stack: str = "jenkins", *words: str | Path) -> Ran:
        """`devbox up` with its name and nothing else that was asked before."""
        return self.devbox.json("up", stack, "-n", self.name, *words)

    def starts(self, stack: str = "jenkins", *words: str | Path) -> Running:
        """`devbox up` with its name and its ports, in words, not waited for."""
        return self.devbox.start("up", stack, "-n", self.name, *self.ports, *words)

    def down(self, *words: str) -> Ran:
        """`devbox down`, as JSON."""
        return self.devbox.json("down", self.name, *words)

    def status(self) -> Ran:
        """`devbox status` of it alone."""
        return self.devbox.json("status", self.name)

    def jenkins(self) -> Jenkins:
        """Its Jenkins where the engine publishes it, with the password from the home."""
        found = self.docker.container(self.container)
        assert found is not None, f"there is no container {self.container}"
        port = found["NetworkSettings"]["Ports"]["8080/tcp"][0]["HostPort"]
        prefix = dict(pair.split("=", 1) for pair in found["Config"]["Env"]).get("DEVBOX_PREFIX", "")
        return Jenkins(f"http://127.0.0.1:{port}{prefix}", self.file("devbox/admin.password").strip())

    def file(self, path: str) -> str:
        """A text file of its home."""
        return self.docker.read(self.container, f"{HOME}/{path}")[0].decode()

    def parts(self) -> set[str]:
        """All that the engine has of it."""
        return self.docker.of(self.name)

    def life(self) -> tuple[str, str]:
        """Which container it is, and since when it runs."""
        return self.docker.life(self.container)

    def other(self, suffix: str) -> Box:
        """Another sandbox of the same user."""
        return replace(self, name=f"{self.name}{suffix}", http=free_port(), agent=free_port())

    def whole(self) -> set[str]:
        """All that a sandbox consists of when it is up, and nothing besides."""
        return {f"container {self.container}", f"network {self.network}", f"volume {self.volume}"}
