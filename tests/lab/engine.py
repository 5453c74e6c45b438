"""A Docker Engine of the lab's own: Debian's dockerd and containerd with their own sockets, data and bridge.

It writes no packet filter rules and leaves `docker0` alone, so that a developer's engine on the same machine does
not notice it; ports are published by docker-proxy, as they are for every loopback connection anyway.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.places import SECOND_LAB
from tests.lab.procs import Daemon, kill_tree, processes, until
from tests.lab.shell import LabError, run


@dataclass(frozen=True)
class Engine:
    """An engine: `index` chooses its bridge and address ranges, `data` and `run` are its folders."""

    index: int
    data: Path
    run: Path
    mirror: str
    env: Mapping[str, str] = field(default_factory=dict)
    way_in: tuple[str, ...] = ()
    """Words before dockerd's command that lead into another root (`others.py`); it starts its containerd itself."""

    @property
    def socket(self) -> Path:
        return self.run / "docker.sock"

    @property
    def docker_host(self) -> str:
        """What `DOCKER_HOST` is for this engine."""
        return f"unix://{self.socket}"

    @property
    def containerd(self) -> Daemon:
        return Daemon("containerd", self.run)

    @property
    def dockerd(self) -> Daemon:
        return Daemon("dockerd", self.run)

    @property
    def pid(self) -> int | None:
        """dockerd's pid, None when it does not run."""
        return self.dockerd.pid

    @property
    def bridge(self) -> str:
        return f"devboxlab{self.index}"

    @property
    def octet(self) -> int:
        """The second number of its addresses: 213 and up, and 127 and up for a second lab."""
        return 213 + self.index if self.index < SECOND_LAB else 127 + self.index - SECOND_LAB

    def start(self, seconds: float = 180) -> None:
        """Start what does not run and wait until it answers; raises `LabError` with the log's end otherwise."""
        if self.pid and until(self.answers, 90):
            return
        self.dockerd.stop()
        _make_bridge(self.bridge, f"10.{self.octet}.0.1/24")
        self.run.mkdir(parents=True, exist_ok=True)
        self.data.mkdir(parents=True, exist_ok=True)
        if not self.way_in and self.containerd.pid is None:
            self.containerd.start(self._containerd_command())
        (self.run / "dockerd.json").write_text(json.dumps(self._config(), indent=1))
        (self.run / "docker.pid").unlink(missing_ok=True)
        command = [*self.way_in, "dockerd", f"--config-file={self.run / 'dockerd.json'}"]
        self.dockerd.start(command, env={**_plain_env(), **self.env})
        if not until(lambda: self.pid is None or self.answers(), seconds) or not self.pid:
            raise LabError(f"dockerd does not come up:\n{self.dockerd.tail()}\n{self.containerd.tail(5)}")

    def stop(self) -> None:
        """Stop it with its containers, orderly; the data stays."""
        self.dockerd.stop()
        self._end_left("containerd-shim-runc-v2")
        self.containerd.stop()
        self._end_left("containerd")
        self._unmount()
        subprocess.run(["ip", "link", "delete", self.bridge], capture_output=True)

    def kill(self) -> None:
        """SIGKILL to dockerd, as when it crashes; the containers live on, as does a containerd of its own."""
        self.dockerd.kill()
        if self.way_in:
            self._end_left("containerd")

    def pause(self) -> None:
        """SIGSTOP: the engine hangs and its socket still accepts."""
        self.dockerd.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        self.dockerd.signal(signal.SIGCONT)

    def answers(self) -> bool:
        """Whether `/_ping` answers within 5 s."""
        try:
            with socket.socket(socket.AF_UNIX) as link:
                link.settimeout(5)
                link.connect(str(self.socket))
                link.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
                return b" 200 " in link.recv(64)
        except OSError:
            return False

    def docker(self, *words: str, data: bytes | None = None) -> str:
        """The docker CLI against this engine, `data` as its input; gives stdout, raises `LabError` when it fails."""
        return run([*self._client(), *words], data=data, env=self._client_env())

    def docker_both(self, *words: str) -> str:
        """The same; gives stdout and stderr as they came."""
        return run([*self._client(), *words], both=True, env=self._client_env())

    def environment(self) -> dict[str, str]:
        """The environment with which any docker client reaches this engine and no other."""
        return {**_plain_env(), "DOCKER_HOST": self.docker_host}

    def _client(self) -> list[str]:
        """The CLI; for an engine in another root the one from there, since this machine's may be too old for it."""
        inside = ["nsenter", "--mount", f"--target={self.pid}"] if self.way_in else []
        return [*inside, "docker", "--host", self.docker_host]

    def _client_env(self) -> dict[str, str]:
        """For our own use of the CLI: the classic builder, and no configuration of the user's."""
        return {**_plain_env(), "DOCKER_BUILDKIT": "0", "DOCKER_CONFIG": str(self.run / "client")}

    def _containerd_command(self) -> Sequence[str]:
        config = self.run / "containerd.toml"
        config.write_text(
            f'version = 2\nroot = "{self.data}/containerd"\nstate = "{self.run}/containerd"\n'
            f'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "{self.run}/containerd.sock"\n'
        )
        return ["containerd", "--config", str(config), "--log-level", "warn"]

    def _config(self) -> dict[str, object]:
        containerd = {} if self.way_in else {"containerd": str(self.run / "containerd.sock")}
        return {
            **containerd,
            "hosts": [self.docker_host],
            "data-root": str(self.data / "docker"),
            "exec-root": str(self.run / "exec"),
            "pidfile": str(self.run / "docker.pid"),
            "bridge": self.bridge,
            "iptables": False,
            "ip-masq": False,
            "default-address-pools": [{"base": f"10.{self.octet}.128.0/17", "size": 26}],
            "registry-mirrors": [self.mirror] if self.mirror else [],
            "max-concurrent-downloads": 3,
            "shutdown-timeout": 10,
            "log-level": "warn",
        }

    def _end_left(self, program: str) -> None:
        """End what a killed daemon left: `program`s that were started with this engine's folder, and their children."""
        for pid in processes(program, f"{self.run}/"):
            kill_tree(pid)

    def _unmount(self) -> None:
        """Take away the mounts that containers of a killed engine left behind."""
        mine = (f"{self.run}/", f"{self.data}/")
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for mount in reversed(mounts):
            if mount.startswith(mine):
                subprocess.run(["umount", "-l", mount], capture_output=True)


def _plain_env() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")}


def _make_bridge(name: str, address: str) -> None:
    if not Path(f"/sys/class/net/{name}").exists():
        run(["ip", "link", "add", name, "type", "bridge"])
        run(["ip", "address", "add", address, "dev", name])
    run(["ip", "link", "set", name, "up"])
