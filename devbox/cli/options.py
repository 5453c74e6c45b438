"""Every option as one row: its flag, where else it may be written, what it must look like, what it is for.

`up` takes its flags from here, `DEVBOX_` variables and the files their keys, so that all of them agree.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from devbox.cli import values
from devbox.cli.values import Parser
from devbox.frozen import dataclass

STACKS = ("jenkins", "queue")
PULLS = ("missing", "always", "never")
PULL_HELP = "when to ask the registry for the image"
TIMEOUT_HELP = "how long a start may take, pulls excluded (300)"
ENV_HELP = "a variable of the container; repeatable"


@dataclass(frozen=True)
class Option:
    """A setting. `section` is its table in devbox.toml ("" the top).

    `kind` is its type in TOML. `files` says who may write it into a file: "project" (and the user), "user", or "" for
    nobody. `up` makes it a flag of `up`; `stack` is the one stack that it fits, "" for any. `path`: relative to the
    file that it is written in. `secret`: `devbox config` masks its values, of an address the password. `check` is what
    `up` makes sure of beyond the value's looks: a file that was built away is no reason for `status` to fail. `later`:
    no effect yet.
    """

    name: str
    parse: Parser
    help: str = ""
    metavar: str = "TEXT"
    section: str = ""
    stack: str = ""
    kind: type = str
    files: str = ""
    up: bool = False
    default: object = None
    path: bool = False
    secret: bool = False
    repeat: bool = False
    check: Parser | None = None
    later: bool = False
    off: str = ""
    """The flag that says no, for one that keeps what the sandbox has when it is not given."""
    hidden: bool = False
    variable_name: str = ""

    @property
    def key(self) -> str:
        """Its name in `devbox config`: `jenkins.http_port`."""
        return f"{self.section}.{self.name}" if self.section else self.name

    @property
    def flag(self) -> str:
        """Its flag on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """Its variable."""
        return self.variable_name or "DEVBOX_" + self.name.upper()


_everywhere = Option
_once = partial(Option, up=True)
"""Options of one `up`, whatever the stack."""
_jenkins = partial(Option, section="jenkins", stack="jenkins", files="project")
_queue = partial(Option, section="queue", stack="queue", files="project", up=True)
_yes_no: dict[str, Any] = {"kind": bool, "default": False, "metavar": ""}

OPTIONS: tuple[Option, ...] = (
    _everywhere("name", values.name, files="project"),
    _everywhere("context", values.text, files="user"),
    _everywhere("host", values.text, files="user"),
    _everywhere("yes", values.boolean, **_yes_no, files="user"),
    _everywhere("json", values.boolean, **_yes_no),
    _everywhere("quiet", values.boolean, **_yes_no),
    _everywhere("verbose", values.boolean, **_yes_no),
    _everywhere("dry_run", values.boolean, **_yes_no),
    _everywhere("no_color", values.boolean, **_yes_no, files="user"),
    _everywhere("allow", values.choice("none", "settings", "restart", "destroy"), files="user"),
    _everywhere("stack", values.choice(*STACKS), files="project"),
    _everywhere("redis", values.text, files="user", secret=True),
    _everywhere("redis_file", values.text, files="user", path=True),
    _once("pull", values.choice(*PULLS), PULL_HELP, "|".join(PULLS), files="user", default="missing"),
    _once("strict_ports", values.boolean, "a taken port is an error", **_yes_no, files="user"),
    _once("publish_address", values.address, "publish the ports on this address", "IP", files="user"),
    _once("no_wait", values.boolean, "do not wait until it is usable", **_yes_no),
    _once("timeout", values.seconds, TIMEOUT_HELP, "SECONDS", kind=float, files="user", default=300.0),
    _once("keep", values.boolean, "keep what failed, for a look", **_yes_no),
    _once("reset", values.boolean, "forget the sandbox's earlier choices", **_yes_no),
    _jenkins("version", values.tag, variable_name="DEVBOX_JENKINS_VERSION"),
    _jenkins("image", values.image, "another image", "REF", up=True),
    _jenkins("war", values.text, "the image with this WAR", "FILE", up=True, path=True, check=values.war),
    _jenkins("http_port", values.port, "the port of the web pages (8080)", "N", up=True, kind=int),
    _jenkins("agent_port", values.port, "the port of inbound agents (50000)", "N", up=True, kind=int),
    _jenkins("java_opts", values.java_opts, "options of the JVM", "TEXT", up=True),
    _jenkins("env", values.pairs, ENV_HELP, "K=V", stack="", up=True, kind=dict, secret=True, repeat=True),
    _jenkins("prefix", values.prefix, "the path of its pages ('/': none)", "/PATH", up=True),
    _jenkins("memory", values.memory, "the memory limit (512m, 2g)", "SIZE", stack="", up=True),
    _jenkins("no_auth", values.boolean, "no sign-in at all", files="", up=True, kind=bool, off="--auth"),
    _jenkins("plugins", values.words, kind=list, later=True),
    _jenkins("plugins_file", values.text, path=True, later=True),
    _jenkins(
        "plugin",
        values.plugins,
        "a plugin's file, or its project: linked",
        "FILE|DIR",
        up=True,
        kind=list,
        files="",
        repeat=True,
    ),
    _jenkins("plugin_dir", values.text, path=True),
    _jenkins("debug", values.boolean, "publish Java's debugger", files="", up=True, kind=bool, off="--no-debug"),
    _jenkins("debug_port", values.port, "the port of the debugger (5005)", "N", files="", up=True, kind=int),
    _jenkins("agents", values.whole(0, 100), kind=int, later=True),
    _jenkins("casc", values.text, path=True, later=True),
    _queue("workers", values.whole(1, 1000), "how many workers (2)", "N", kind=int),
    _queue("queues", values.queues, "the queues they serve, first ones first (*)", "Q1,Q2", kind=list),
    _queue("redis_port", values.port, "the port of Redis (6379)", "N", kind=int),
    _queue(
        "jobs", values.text, "the folder of your job classes, Python modules", "DIR", path=True, check=values.folder
    ),
    _queue("worker_image", values.image, "an image with workers of your own, N containers of it", "REF"),
    _queue("worker_command", values.command, "the command that starts one in it", "TEXT"),
    _queue(
        "durable", values.boolean, "no acknowledged job is lost even if Redis is killed", kind=bool, off="--no-durable"
    ),
)

BY_NAME = {option.name: option for option in OPTIONS}
