"""The floor: what the same sandbox takes by hand, with nothing but the docker command and a loop over HTTP."""

from __future__ import annotations

import io
import json
import secrets
import subprocess
import tarfile
import time
from pathlib import Path

import requests

import devbox.jenkins
from devbox.stacks import load
from tests.bench.timing import run

NAME = "floor"
PORT, AGENT = 18080, 15100
IMAGE = "jenkins/jenkins:lts"


def up(env: dict[str, str]) -> float:
    """Network, volume seeded with the sign-in script, `docker run` with the same options, HTTP every 10 ms."""
    began = time.perf_counter()
    password = secrets.token_urlsafe(18)

    def docker(*words: str, stdin: bytes | None = None) -> None:
        subprocess.run(["docker", *words], env=env, check=True, stdout=subprocess.DEVNULL, input=stdin)

    docker("network", "create", NAME)
    docker("volume", "create", NAME)
    service = load("jenkins").services[0]
    health = service.healthcheck
    assert health is not None
    docker(
        "create", "--name", NAME, "--network", NAME, "-v", f"{NAME}:/var/jenkins_home",
        "-p", f"127.0.0.1:{PORT}:8080", "-p", f"127.0.0.1:{AGENT}:{AGENT}",
        "-e", f"JENKINS_SLAVE_AGENT_PORT={AGENT}",
        "-e", f"DEVBOX_URL=http://127.0.0.1:{PORT}/", "-e", "DEVBOX_SIGNIN=on",
        "-e", "JAVA_OPTS=-Xmx1228m -Djenkins.install.runSetupWizard=false",
        "--memory", "2g", "--restart", "on-failure:10", "--stop-timeout", "30",
        "--health-cmd", health.test[1], "--health-interval", "5s", "--health-timeout", "5s",
        "--health-start-period", "5m",
        IMAGE,
    )  # fmt: skip
    docker("cp", "-", f"{NAME}:/var/jenkins_home", stdin=_seed(password))
    docker("start", NAME)
    _until_ready(password)
    return time.perf_counter() - began


def down(env: dict[str, str]) -> float:
    """`docker stop && docker rm`, and the network."""
    return sum(run(["docker", *words], env) for words in (["stop", NAME], ["rm", NAME], ["network", "rm", NAME]))


def clear(env: dict[str, str]) -> None:
    """Take all of it away."""
    for words in (["rm", "-f", NAME], ["network", "rm", NAME], ["volume", "rm", "-f", NAME]):
        subprocess.run(["docker", *words], env=env, check=False, capture_output=True)


def _seed(password: str) -> bytes:
    script = Path(devbox.jenkins.__file__).parent / "groovy" / "00-devbox.groovy"
    files = {
        "devbox/admin.password": (password.encode(), 0o600),
        "init.groovy.d/00-devbox.groovy": (script.read_bytes(), 0o644),
    }
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for folder in ("devbox", "init.groovy.d"):
            info = tarfile.TarInfo(folder)
            info.type, info.mode, info.uid, info.gid = tarfile.DIRTYPE, 0o755, 1000, 1000
            archive.addfile(info)
        for path, (content, mode) in files.items():
            info = tarfile.TarInfo(path)
            info.size, info.mode, info.uid, info.gid, info.mtime = len(content), mode, 1000, 1000, int(time.time())
            archive.addfile(info, io.BytesIO(content))
    return sink.getvalue()


def _until_ready(password: str) -> None:
    """The same readiness as devbox's: the user let in, the login page, /health, the anonymous refused."""
    base, end = f"http://127.0.0.1:{PORT}", time.monotonic() + 120
    session = requests.Session()
    session.trust_env = False

    def status(path: str, auth: tuple[str, str] | None = None) -> int:
        try:
            session.cookies.clear()
            return session.get(base + path, auth=auth, timeout=1, allow_redirects=False).status_code
        except requests.RequestException:
            return 0

    while time.monotonic() < end:
        if status("/api/json", ("admin", password)) == 200 and status("/login") == 200 and status("/health") == 200:
            assert status("/api/json") == 403
            return
        time.sleep(0.01)
    raise RuntimeError("the floor's Jenkins was never ready")


def clones(env: dict[str, str], of: str, count: int) -> list[str]:
    """Containers that carry a sandbox's labels under other names: sandboxes, as far as `status` can tell."""
    told = subprocess.run(["docker", "inspect", of], env=env, check=True, capture_output=True, text=True).stdout
    labels: dict[str, str] = json.loads(told)[0]["Config"]["Labels"]
    made = []
    for number in range(count):
        name = f"bench-{number}"
        own = {**labels, "dev.devbox.name": name, "com.docker.compose.project": f"devbox-{name}"}
        words = [word for key, value in own.items() for word in ("--label", f"{key}={value}")]
        container = f"devbox-{name}-jenkins-1"
        words += ["--name", container, "--network", "none", "--no-healthcheck", "--entrypoint", "sleep"]
        subprocess.run(["docker", "run", "-d", *words, IMAGE, "600"], env=env, check=True, capture_output=True)
        made.append(container)
    return made
