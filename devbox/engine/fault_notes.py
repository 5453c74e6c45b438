"""How the known faults usually come about, and where they are discussed; for whoever asks `devbox doctor --explain`.

Links are issues and pull requests on github.com (owner/repository#number), as links.
"""

from __future__ import annotations

from devbox.frozen import dataclass


@dataclass(frozen=True)
class Note:
    """A fault's usual cause, in a sentence or two, and links."""

    cause: str
    links: tuple[str, ...] = ()


def _note(cause: str, *threads: str) -> Note:
    return Note(cause, tuple(f"https://github.com/{t.replace('#', '/issues/')}" for t in threads))


NOTES: dict[str, Note] = {
    "api.client-newer": _note(
        "The client asks for a version that came after the engine: an old VM or NAS with a new client, or"
        " DOCKER_API_VERSION set too high. Engines up to 1.12 and from 17.11 on refuse it.",
        "boot2docker/boot2docker#575",
        "boot2docker/boot2docker#731",
    ),
    "api.client-older": _note(
        "The client is pinned to, or was built for, a version below the engine's minimum. Docker 29.0 raised the"
        " minimum to 1.44 (29.3: 1.40), which stopped docker-java's default of 1.32, Testcontainers before 2.0.2 and"
        " many tools.",
        "testcontainers/testcontainers-java#11210",
        "portainer/portainer#12925",
        "traefik/traefik#12253",
    ),
    "api.daemon-older": _note(
        "The client's own minimum is above what the engine speaks: the docker CLI 29.0 to 29.2 wants 1.44, docker-py"
        " 7.1 wants 1.24; Podman before 5.8 speaks 1.41.",
        "bitwarden/server#6732",
    ),
    "api.experimental": _note("The daemon runs without --experimental."),
    "api.other-os": _note("Some commands exist for Linux engines alone, others for Windows engines."),
    "api.minimum-invalid": _note(
        "DOCKER_MIN_API_VERSION goes from 1.24 (engine 25: 1.12) to the engine's own version.",
        "portainer/portainer#12925",
    ),
    "config.daemon": _note("A key that this release does not know: min-api-version exists from 29.0 on.",),
    "engine.500": _note(
        "A proxy stands before the engine and has nobody behind it: Docker Desktop is starting, updating or has"
        " crashed. The API's version has nothing to do with it.",
        "docker/for-win#13834",
        "docker/for-mac#7775",
    ),
    "engine.not-json": _note("DOCKER_HOST leads to a web server or through a proxy."),
    "engine.hang": _note("The daemon is stuck: a blocked storage driver, a suspended VM, a stopped process."),
    "engine.name": _note("DOCKER_HOST names a host that DNS does not know: a VM that is gone, a VPN that is off."),
    "sdk.tls-files": _note("DOCKER_CERT_PATH names a folder without ca.pem, cert.pem and key.pem."),
    "sdk.endpoint": _note("DOCKER_HOST is malformed, or needs something that is not installed."),
    "sdk.requests": _note(
        "requests 2.32 took away what the SDK before 7.1 used.", "docker/docker-py#3256", "psf/requests#6707"
    ),
    "creds.helper": _note(
        "Docker Desktop was uninstalled and left credsStore in config.json; Rancher Desktop and Colima read it too.",
        "docker/for-mac#3785",
        "rancher-sandbox/rancher-desktop#1124",
    ),
    "disk.full": _note(
        "Images, volumes and build cache fill the VM's disk, which is smaller than this machine's.",
        "docker/for-mac#3529",
        "docker/for-linux#1511",
    ),
    "disk.read-only": _note("Linux mounts a damaged or full disk read-only."),
    "hub.limit": _note("Docker Hub counts pulls for each address, and gives more to who signs in."),
    "image.platform": _note(
        "An image for Intel on an ARM machine, or the other way round.", "rancher-sandbox/rancher-desktop#5577"
    ),
    "image.invalid": _note("A capital letter, a blank or a stray sign in the image's name."),
    "image.denied": _note("Docker Hub answers the same for a private image and for one that does not exist."),
    "image.denied-barely": _note("The registry wants a sign-in."),
    "image.not-found": _note("The tag was never pushed, or was deleted."),
    "registry.plain": _note("A registry of one's own without TLS: only one on 127.0.0.1 is spoken to in plain HTTP."),
    "registry.tls": _note("A registry of one's own with a certificate that the engine does not know."),
    "registry.unreachable": _note("No network, a VPN, or a proxy that the daemon was not told of."),
    "registry.broken": _note("The connection broke off in the middle; often a proxy or a weak network."),
    "port.win-excluded": _note(
        "Hyper-V keeps ranges of ports for itself, and chooses them anew at each start of Windows.",
        "docker/for-win#6613",
        "docker/for-win#12530",
    ),
    "port.privileged": _note("Rootless engines and VMs may not open ports below 1024."),
    "port.daemon": _note("Another container publishes it, or a proxy was left by one that is gone.", "moby/moby#20486"),
    "port.host": _note(
        "A program on this machine listens there; on macOS 5000 and 7000 are AirPlay's (ControlCenter).",
        "docker/for-mac#6461",
    ),
    "port.address": _note("The address belongs to no interface of the engine's machine."),
    "net.pool": _note(
        "Each Compose project takes a network; some thirty fit, fewer when a VPN's routes overlap.",
        "docker/for-linux#599",
    ),
    "net.exists": _note("Two programs make the same network at the same time."),
    "net.in-use": _note("A container is still attached to it."),
    "net.iptables": _note("firewalld or ufw was reloaded and flushed Docker's chains.", "moby/moby#16816"),
    "net.not-found": _note("It was removed while something still names it."),
    "net.ambiguous": _note("Docker lets two networks have one name."),
    "container.exists": _note("A container of that name was left, or another program made one."),
    "container.removing": _note("A removal is under way."),
    "container.gone": _note("It was removed meanwhile."),
    "container.not-running": _note("It has ended, or has not started yet."),
    "arch": _note("The program is for another processor, and no emulation is set up.",
                  "rancher-sandbox/rancher-desktop#5577"),
    "memory": _note("Docker gives a container at least 6 MB."),
    "memory.none": _note("Too many processes, or too small a VM."),
    "exec": _note("The image does not have that program."),
    "exec.user": _note("The image's /etc/passwd does not have that user."),
    "volume.in-use": _note("A container, perhaps a stopped one, has it mounted."),
    "volume.not-found": _note("It was removed."),
    "file.not-found": _note("The path does not exist there."),
    "mount.denied": _note("VMs share only the folders that their settings name."),
    "context.missing": _note(
        "The product that made the context was uninstalled, and config.json still names it.", "tensorchord/envd#419"
    ),
    "sock.permission": _note("The socket belongs to root and the group docker; this user is not in it, or not yet."),
    "tls": _note(
        "A TLS port is spoken to without TLS, or the other way round; or the certificates were made for another"
        " address, or have expired."
    ),
    "win.pipe": _note("Docker Desktop is not running, or runs for another user."),
    "env.stale-host": _note(
        "boot2docker, Docker Toolbox or docker-machine set DOCKER_HOST for a VM that is stopped or gone; it may stand"
        " in a shell's start-up file, in the registry or in launchd.",
        "docker/for-win#165",
        "docker/for-win#2596",
    ),
    "sock.missing": _note(
        "Docker is not started; or Docker Desktop from 4.13 on runs without /var/run/docker.sock.",
        "docker/for-mac#6529",
        "docker/docker-py#3219",
    ),
    "engine.denied": _note("An authorization plugin decides what may be done."),
    "clock": _note("The VM's clock stood still while the machine slept.", "docker/for-mac#17", "docker/for-win#4526"),
    "vm.broken": _note(
        "An update of macOS, of Homebrew or of the VM's tools; the VM's files and its programs do not fit.",
        "abiosoft/colima#439",
        "abiosoft/colima#967",
    ),
    "wsl": _note("The integration with this distribution is off, or WSL was shut down.", "docker/for-win#7311"),
}  # fmt: skip
"""By the fault's id."""
