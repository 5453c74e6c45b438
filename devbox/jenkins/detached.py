"""What once was a part of Jenkins' core and is a plugin now: a plugin built before that may use it without saying so.

Jenkins adds each as an optional dependency to a plugin whose Jenkins-Version is not newer (its `split-plugins.txt`).
It took one that is not there out of its own WAR, which has held none since 2.577.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from devbox.jenkins.versions import older

SPLIT = {
    "subversion": "1.310",
    "cvs": "1.340",
    "ant": "1.430",
    "javadoc": "1.430",
    "external-monitor-job": "1.467",
    "ldap": "1.467",
    "pam-auth": "1.467",
    "mailer": "1.493",
    "matrix-auth": "1.535",
    "antisamy-markup-formatter": "1.553",
    "matrix-project": "1.561",
    "junit": "1.577",
    "bouncycastle-api": "2.16",
    "command-launcher": "2.86",
    "jdk-tool": "2.112",
    "jaxb": "2.163",
    "trilead-api": "2.184",
    "sshd": "2.281",
    "javax-activation-api": "2.330",
    "javax-mail-api": "2.330",
    "instance-identity": "2.356",
}
"""The plugins, and the last core that held each."""

BARE = "2.577"
"""The first core with none of them in its WAR."""


def missing(plugin: str, built_for: str | None, core: str, there: Iterable[str]) -> list[str]:
    """What a plugin may use that this core neither holds nor brings; `built_for` is its Jenkins-Version, if it says."""
    if older(core, BARE):
        return []
    return sorted(name for name in SPLIT.keys() - {plugin, *there} if _held(name, built_for))


def _held(name: str, built_for: str | None) -> bool:
    """Whether the core that a plugin was built for held it; one that names none may be of any age."""
    numbers = re.findall(r"[0-9]+", (built_for or "").split("-")[0])
    last = re.findall(r"[0-9]+", SPLIT[name])
    return [int(n) for n in numbers[:2]] <= [int(n) for n in last]
