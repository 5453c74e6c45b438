"""`make up`: from a fresh machine to a running Jenkins.

Where no engine answers on Debian or Ubuntu it offers to install and start one. Where Docker Hub cannot be reached and
there is no copy of the official image, it says so and brings up the lab's stand-in under its own name, so that the
whole way can be tried on a closed network. Only this does: the `devbox` command never substitutes anything.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

OFFICIAL = "jenkins/jenkins:lts"
STANDIN = "devbox-lab/jenkins"
DEVBOX = [sys.executable, "-m", "devbox"]
STARTED_IN = 60
"""Seconds for an engine to answer after it was started."""
NO_REGISTRY = ("registry.unreachable", "registry.tls")
"""What a pull says on a closed network."""


def main() -> int:
    """Bring Jenkins up; the exit status of the last devbox."""
    error = devbox_error("status")
    if error is not None and error["code"] == "engine.unreachable" and offer_engine(error):
        error = devbox_error("status")
    if error is not None:
        return refused(error)
    if stays():
        say("There is a Jenkins here already: it comes up as it was. `devbox up jenkins:lts` makes it the current LTS.")
        return up("jenkins")
    if local(OFFICIAL):
        return up("jenkins:lts")
    say(f"Fetching the official image {OFFICIAL}.")
    error = devbox_error("pull", "jenkins:lts")
    if error is None:
        return up("jenkins:lts")
    if error["code"] not in NO_REGISTRY:
        return refused(error)
    say("Docker Hub cannot be reached from here, and there is no copy of the official image on this machine.")
    say(f"To let you try the way all the same, this brings up a stand-in, {STANDIN}: it is NOT Jenkins, only behaves")
    say("like one as far as devbox asks it. With a network, `devbox up jenkins:lts` brings up the real one.")
    if not local(STANDIN) and not load_standin():
        return 1
    return up("jenkins", "--image", STANDIN)


def stays() -> bool:
    """Whether a Jenkins, or its home, is there to be kept: the LTS may be too old for it. A stand-in gives way."""
    sandboxes = (devbox_json("status").get("data") or {}).get("sandboxes", ())
    found = next((one for one in sandboxes if one["name"] == "jenkins"), None)
    return found is not None and not any(service["image"].startswith(STANDIN) for service in found["services"])


def up(*words: str) -> int:
    """`devbox up`, on this terminal. `jenkins:lts` says it in full: a sandbox keeps the image that it had."""
    code = subprocess.run([*DEVBOX, "up", *words], check=False).returncode
    if shutil.which("devbox") is None:
        say(f"To have devbox on your PATH in this shell:  . {os.path.relpath(Path(sys.executable).parent)}/activate")
    return code


def devbox_error(*words: str) -> dict[str, Any] | None:
    """Run devbox with its progress on this terminal; its error, None when it worked."""
    error: dict[str, Any] | None = devbox_json(*words)["error"]
    return error


def devbox_json(*words: str) -> dict[str, Any]:
    """Run devbox with its progress on this terminal; what it prints for programs."""
    done = subprocess.run([*DEVBOX, *words, "--json", "--quiet"], check=False, stdout=subprocess.PIPE, text=True)
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return {"error": {"code": "internal", "message": f"devbox {' '.join(words)} ended with {done.returncode}"}}
    return found


def local(image: str) -> bool:
    """Whether the engine has an image: asked of a plan, which pulls nothing."""
    words = ["up", "jenkins", "--image", image, "--dry-run", "--json", "-n", "first-run-probe"]
    done = subprocess.run([*DEVBOX, *words], check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        changes = json.loads(done.stdout)["data"]["changes"]
    except (ValueError, KeyError, TypeError):
        return False
    return all(change["action"] != "pull" for change in changes)


def offer_engine(error: dict[str, Any]) -> bool:
    """Install and start Debian's or Ubuntu's engine, if that is what this machine lacks and the user wants it."""
    if os.environ.get("DOCKER_HOST") or not debian():
        return False
    say(error["message"])
    installed = shutil.which("dockerd") is not None or Path("/usr/sbin/dockerd").exists()
    what = "Start the Docker Engine of this machine" if installed else "Install Debian's docker.io and start it"
    if not ask(f"{what} (as root)?"):
        say("Nothing was changed.")
        return False
    root = [] if os.geteuid() == 0 else ["sudo"]
    if not installed:
        apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
        for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "docker.io", "iptables"]):
            if subprocess.run([*apt, *words], check=False).returncode != 0:
                say("apt-get could not install it; what it said stands above.")
                return False
    return start_engine(root)


def start_engine(root: list[str]) -> bool:
    """By systemd, by the init script, or (in a container without either) as a process of its own."""
    log = Path(os.environ.get("TMPDIR", "/tmp")) / "devbox-dockerd.log"
    ways = [
        [*root, "systemctl", "start", "docker"] if Path("/run/systemd/system").is_dir() else None,
        [*root, "service", "docker", "start"] if Path("/etc/init.d/docker").exists() else None,
    ]
    for way in filter(None, ways):
        subprocess.run(way, check=False, stdout=subprocess.DEVNULL)
        if answers(STARTED_IN / 3):
            return True
    with log.open("ab") as out:
        subprocess.Popen([*root, "dockerd"], stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True)
    if answers(STARTED_IN):
        return True
    say(f"The engine did not start; its log is {log}:")
    say("\n".join(log.read_text(errors="replace").splitlines()[-5:]))
    return False


def answers(seconds: float) -> bool:
    """Whether an engine answers within that time; one that does not let this user in answers, too."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        error = devbox_error("status")
        if error is None or error["code"] == "engine.permission":
            return True
        time.sleep(0.3)
    return False


def load_standin() -> bool:
    """Build the stand-in in the lab and carry it over, under its own name only; whether that worked."""
    if os.geteuid() != 0 or not debian():
        say("Building it takes Debian or Ubuntu and root: sudo make up")
        return False
    say("Building it takes a few minutes, once.")
    if subprocess.run([sys.executable, "-m", "tests.lab", "load"], check=False).returncode != 0:
        say("The stand-in could not be made; the reason stands above. With a network, make up needs none.")
        return False
    return True


def debian() -> bool:
    """Whether this is Debian, Ubuntu or of their kin."""
    try:
        return "debian" in Path("/etc/os-release").read_text()
    except OSError:
        return False


def ask(question: str) -> bool:
    """A yes from the terminal or from YES=1."""
    if os.environ.get("YES") == "1":
        say(f"{question} yes (YES=1)")
        return True
    if not sys.stdin.isatty():
        say(f"{question} There is no terminal to ask on: YES=1 make up answers.")
        return False
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def refused(error: dict[str, Any]) -> int:
    """An error with what helps; the exit status of a failure."""
    say(f"error[{error['code']}]: {error['message']}")
    if error["code"] == "engine.permission":
        say("Docker runs, and this user may not use it yet. Either of these helps:")
        say("  sudo usermod -aG docker $USER    then log out and in again, and: make up")
        say("  sudo make up                     as root, this once")
        return 1
    for cure in error.get("cures", ()):
        say(f"  -> {cure['text']}" + (f"  {cure['command']}" if cure["command"] else ""))
    return 1


def say(text: str) -> None:
    """To the person, not into a pipe."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
