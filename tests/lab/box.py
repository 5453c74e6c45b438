"""A container of a stand-in, handled with the docker CLI and plain HTTP alone: the tests' outside view."""

from __future__ import annotations

import base64
import http.client
import io
import json
import socket
import tarfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.lab.engine import Engine
from tests.lab.procs import until

OPEN = {"JAVA_OPTS": "-Djenkins.install.runSetupWizard=false"}


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; header names as they were sent."""

    status: int
    reason: str
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def cookie(self) -> str:
        """The session cookie, as it is sent back."""
        return self.headers.get("Set-Cookie", "").split(";")[0]


@dataclass
class Box:
    """One container, created but not started by `create(start=False)`."""

    engine: Engine
    id: str
    ports: dict[str, int] = field(default_factory=dict)

    @classmethod
    def create(
        cls,
        engine: Engine,
        image: str,
        *,
        env: Mapping[str, str] = OPEN,
        scripts: Mapping[str, str] | None = None,
        options: tuple[str, ...] = (),
        words: tuple[str, ...] = (),
        start: bool = True,
    ) -> Box:
        """A container with ports on the loopback, `scripts` (name to text) in its init.groovy.d."""
        variables = [word for name, value in env.items() for word in ("--env", f"{name}={value}")]
        publish = ["--publish", "127.0.0.1::8080", "--publish", "127.0.0.1::50000"]
        ident = engine.docker("create", "--label", "devbox-lab-test=1", "--memory", "1g", *publish, *variables,
                              *options, image, *words)  # fmt: skip
        box = cls(engine, ident.strip())
        if scripts:
            box.put("/var/jenkins_home", {f"init.groovy.d/{name}": text for name, text in scripts.items()})
        if start:
            box.start()
        return box

    def start(self) -> None:
        self.engine.docker("start", self.id)
        shown = self.inspect("{{json .NetworkSettings.Ports}}") or {}
        self.ports = {port: int(hosts[0]["HostPort"]) for port, hosts in shown.items() if hosts}

    def remove(self) -> None:
        self.engine.docker("rm", "--force", "--volumes", self.id)

    def inspect(self, template: str) -> Any:
        return json.loads(self.engine.docker("inspect", "--format", template, self.id))

    def wait_exit(self, seconds: float = 120) -> int:
        """Wait until it has ended; its exit code."""
        assert until(lambda: not self.inspect("{{json .State.Running}}"), seconds), self.logs()
        return int(self.inspect("{{.State.ExitCode}}"))

    def logs(self) -> str:
        return self.engine.docker_both("logs", self.id)

    def wait_log(self, text: str, seconds: float = 120) -> str:
        """Wait until the log holds this text; the whole log."""
        assert until(lambda: text in self.logs(), seconds, 0.1), self.logs()
        return self.logs()

    def exec(self, *words: str) -> str:
        return self.engine.docker("exec", self.id, *words)

    def put(self, folder: str, files: Mapping[str, str | bytes]) -> None:
        """Files into a folder of the container, owned by jenkins."""
        self.engine.docker("cp", "-", f"{self.id}:{folder}", data=_tar(files))

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        auth: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """One request to the published HTTP port; raises OSError or http.client.HTTPException as they come."""
        sent = dict(headers or {})
        if auth:
            sent["Authorization"] = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
        if form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.ports["8080/tcp"], timeout=5)
        try:
            connection.request(method, path, urlencode(form) if form is not None else body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.reason, dict(answer.getheaders()), answer.read().decode())
        finally:
            connection.close()

    def wait_answer(self, path: str = "/login", statuses: tuple[int, ...] = (200,), seconds: float = 120) -> Answer:
        """Poll until one of these statuses is the answer."""
        end = time.monotonic() + seconds
        last: object = None
        while time.monotonic() < end:
            try:
                answer = self.ask(path)
            except (OSError, http.client.HTTPException) as error:
                last = error
            else:
                if answer.status in statuses:
                    return answer
                last = answer
            time.sleep(0.01)
        raise AssertionError(f"{path}: last was {last}\n{self.logs()}")

    def talk(self, sent: bytes, port: str = "50000/tcp", seconds: float = 30) -> bytes:
        """Send bytes to a published port and read to the end; raises TimeoutError when it stays silent."""
        with socket.create_connection(("127.0.0.1", self.ports[port]), timeout=seconds) as link:
            link.sendall(sent)
            return b"".join(iter(lambda: link.recv(4096), b""))

    def script(self, text: str, **how: Any) -> Answer:
        """POST /scriptText, with a crumb of the same session."""
        crumb = self.ask("/crumbIssuer/api/json", **how)
        headers = {crumb.json["crumbRequestField"]: crumb.json["crumb"]} if crumb.status == 200 else {}
        headers |= {"Cookie": crumb.cookie} if crumb.cookie else {}
        return self.ask("/scriptText", method="POST", headers=headers, form={"script": text}, **how)


def _tar(files: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        folders = {parent for name in files for parent in _parents(name)}
        for folder in sorted(folders):
            tar.addfile(_entry(folder, 0o755, tarfile.DIRTYPE))
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            entry = _entry(name, 0o644, tarfile.REGTYPE)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def _entry(name: str, mode: int, kind: bytes) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.uid, entry.gid, entry.mtime = kind, mode, 1000, 1000, int(time.time())
    return entry


def _parents(name: str) -> list[str]:
    parts = name.split("/")[:-1]
    return ["/".join(parts[: end + 1]) for end in range(len(parts))]
