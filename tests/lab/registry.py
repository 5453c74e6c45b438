"""A registry on the loopback: what is pushed there as `jenkins/jenkins:lts` is what the engine's mirror brings."""

from __future__ import annotations

import http.client
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.lab.places import Places
from tests.lab.procs import Daemon, until
from tests.lab.shell import LabError

MANIFESTS = ", ".join(f"application/vnd.docker.distribution.manifest.{kind}+json" for kind in ("v2", "list.v2"))
CONFIG = """\
version: 0.1
log: {{level: warn, accesslog: {{disabled: true}}}}
storage:
  filesystem: {{rootdirectory: {data}}}
  delete: {{enabled: true}}
http:
  addr: 127.0.0.1:{port}
"""


@dataclass(frozen=True)
class Registry:
    """Debian's docker-registry at `127.0.0.1:port`, its data in `data`."""

    daemon: Daemon
    data: Path
    port: int

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def start(self) -> None:
        """Start unless it answers; raises `LabError` with its log's end when it does not come up."""
        if self.daemon.pid and until(self.answers, 60):
            return
        self.daemon.stop()
        self.data.mkdir(parents=True, exist_ok=True)
        config = self.daemon.run / "registry.yml"
        self.daemon.run.mkdir(parents=True, exist_ok=True)
        config.write_text(CONFIG.format(data=self.data, port=self.port))
        self.daemon.start([shutil.which("docker-registry") or "/usr/bin/docker-registry", "serve", config],
                          env=os.environ | {"OTEL_TRACES_EXPORTER": "none"})  # fmt: skip
        if not until(lambda: self.daemon.pid is None or self.answers(), 90) or not self.daemon.pid:
            raise LabError(f"the registry does not come up:\n{self.daemon.tail()}")

    def answers(self) -> bool:
        """Whether it answers `/v2/`."""
        return self._get("/v2/")

    def has(self, repository: str, tag: str) -> bool:
        """Whether it holds this tag."""
        return self._get(f"/v2/{repository}/manifests/{tag}")

    def _get(self, path: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("HEAD", path, headers={"Accept": MANIFESTS})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def lab_registry(places: Places) -> Registry:
    """The lab's registry; `DEVBOX_LAB_REGISTRY_PORT` moves it from port 15000."""
    port = int(os.environ.get("DEVBOX_LAB_REGISTRY_PORT", "15000"))
    return Registry(Daemon("registry", places.run), places.cache / "registry", port)
