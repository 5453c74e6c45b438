"""What Jenkins says in its log while it boots: milestones on the way, and known causes when it fails.

Texts: Jenkins core (`InitMilestone`, `Lifecycle.onReady`), the official image's `jenkins.sh` and `jenkins-support`,
HotSpot. They serve as progress and as explanation; whether Jenkins is ready, HTTP alone says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from devbox.errors import Cure
from devbox.frozen import dataclass

MILESTONES: tuple[tuple[str, str], ...] = (
    (r"Running from: ", "Java runs"),
    (r"Beginning extraction from war file", "WAR unpacked"),
    (r"Jetty started|Winstone Servlet Engine", "web server up"),
    (r"Started initialization", "initialising"),
    (r"Listed all plugins", "plugins listed"),
    (r"Prepared all plugins", "plugins prepared"),
    (r"Started all plugins", "plugins started"),
    (r"Augmented all extensions", "extensions found"),
    (r"System config loaded", "configuration loaded"),
    (r"System config adapted", "configuration adapted"),
    (r"Loaded all jobs", "jobs loaded"),
    (r"Configuration for all jobs updated", "jobs adapted"),
    (r"devbox: sign-in ", "signed in"),
    (r"Completed initialization", "initialised"),
    (r"Jenkins is fully up and running", "fully up"),
)
"""Pattern in the log, and the words shown. The log is read since the start, so no earlier boot speaks here."""


def milestone(line: str) -> str | None:
    """The milestone that a log line tells, None for most lines."""
    return next((words for pattern, words in MILESTONES if re.search(pattern, line)), None)


@dataclass(frozen=True)
class BootFault:
    """One known way in which a boot ends. Matched by the log's text, by the exit status, or by Docker's OOM mark."""

    code: str
    message: str
    pattern: str | None = None
    exit_codes: tuple[int, ...] = ()
    oom: bool = False
    cures: tuple[Cure, ...] = ()


FAULTS: tuple[BootFault, ...] = (
    BootFault(
        "signin.failed",
        "the sign-in script failed, so Jenkins was stopped before anybody could reach it",
        r"devbox: SECURITY-FAILED .*",
        cures=(Cure("start over with a new home", "devbox down {name} --volumes && devbox up {stack} -n {name}"),),
    ),
    BootFault(
        "home.not_writable",
        "Jenkins cannot write to its home: the volume belongs to another user than the image's",
        r"Can not write to \S*copy_reference_file\.log.*|"
        r"FileNotFoundException: \S*(?:META-INF/MANIFEST\.MF|/war/\S*) \((?:Permission denied|No such file).*|"
        r"INSTALL WARNING: User: .* missing rw permissions.*",
        cures=(
            Cure("see who owns the home", "docker run --rm -v devbox-{name}_home:/h {image} ls -ldn /h"),
            Cure(
                "give it to the image's user",
                "docker run --rm -u 0 -v devbox-{name}_home:/h --entrypoint chown {image} -R 1000:1000 /h",
            ),
        ),
    ),
    BootFault(
        "jvm.option",
        "Java does not take one of its options",
        r"Unrecognized (?:VM )?option.*|Invalid (?:maximum|initial) heap size.*|Improperly specified VM option.*|"
        r"Error: Could not find or load main class.*|Unable to parse \S+ option.*|"
        r"Could not find agent library.*|ERROR: (?:JDWP|transport error) .*|"
        r"(?<=Error occurred during initialization of VM\n).+|"
        r"(?<=Error occurred during initialization of boot layer\n).+|"
        r"The Java thread stack size specified is too small.*|Error: Could not create the Java Virtual Machine.*",
        cures=(
            Cure("give other options", "devbox up {stack} -n {name} --java-opts '...'"),
            Cure("go back to none", "devbox up {stack} -n {name} --java-opts ''"),
        ),
    ),
    BootFault(
        "jvm.crash",
        "the Java virtual machine itself crashed",
        r"SIGILL \(0x4\).*",
        cures=(
            Cure(
                "on an Apple M4, a newer image or Docker Desktop 4.39 cures it; else switch SVE off",
                "devbox up {stack} -n {name} --env JAVA_TOOL_OPTIONS=-XX:UseSVE=0",
            ),
        ),
    ),
    BootFault(
        "jvm.crash",
        "the Java virtual machine itself crashed",
        r"A fatal error has been detected by the Java Runtime Environment.*|SIGSEGV \(0xb\).*",
        cures=(Cure("use an image made for this machine's processor, not an emulated one"),),
    ),
    BootFault(
        "jenkins.out_of_memory",
        "Jenkins ran out of memory",
        r"java\.lang\.OutOfMemoryError.*|There is insufficient memory for the Java Runtime Environment to continue.*",
        oom=True,
        cures=(Cure("give it more", "devbox up {stack} -n {name} --memory 3g"),),
    ),
    BootFault(
        "arch.mismatch",
        "the image is made for another processor",
        r"exec format error.*",
        cures=(Cure("use an image of this machine's architecture, or switch emulation on in your Docker"),),
    ),
    BootFault(
        "jenkins.port_inside",
        "a port that Jenkins was told to use is taken inside the container",
        r"Failed to listen on port \d+ because it's already in use.*|Address already in use.*",
        cures=(Cure("choose another agent port", "devbox up {stack} -n {name} --agent-port 50001"),),
    ),
    BootFault(
        "jenkins.plugin_missing_core",
        "a plugin in the home asks for a newer Jenkins",
        r"Jenkins \(\S+\) or higher required.*",
        cures=(Cure("take a newer Jenkins", "devbox up {stack}:lts -n {name}"),),
    ),
    BootFault(
        "jenkins.boot_failed",
        "Jenkins failed to initialise",
        r"(?:SEVERE|ERROR).*Failed to initialize Jenkins.*|Failed GroovyInitScript\.init.*|"
        r"Container startup failed.*|hudson\.util\.HudsonFailedToLoad.*|Unable to read \S*config\.xml.*",
        cures=(
            Cure(
                "read the whole log, then start over with a new home",
                "devbox down {name} --volumes && devbox up {stack} -n {name}",
            ),
        ),
    ),
    BootFault(
        "jenkins.killed",
        "Jenkins was killed (exit 137), most likely for the memory it took",
        exit_codes=(137,),
        cures=(Cure("give it more", "devbox up {stack} -n {name} --memory 3g"),),
    ),
)
"""In the order they are tried: the sure and narrow before the vague."""


def diagnose(lines: Iterable[str], *, exit_code: int | None, oom_killed: bool) -> tuple[BootFault, str | None] | None:
    """The known cause of a failed boot, with the text that tells it; None when nothing known fits."""
    text = "\n".join(lines)
    for fault in FAULTS:
        if fault.pattern and (found := re.search(fault.pattern, text)):
            return fault, found[0].strip()
        if (fault.oom and oom_killed) or exit_code in fault.exit_codes:
            return fault, None
    return None
