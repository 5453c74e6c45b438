"""The verbs, one module each, whose `command()` makes it. Here are their names and what `devbox --help` says."""

from __future__ import annotations

VERBS: dict[str, str] = {
    "up": "Bring a sandbox up and wait until it is usable.",
    "down": "Stop a sandbox and remove it; its home stays.",
    "status": "Show sandboxes, their health, URLs and kept homes.",
    "open": "Open a sandbox in the browser.",
    "credentials": "Show URL, user, password and API token.",
    "logs": "Show what the services write.",
    "exec": "Run a command inside.",
    "shell": "Open a shell inside.",
    "env": "Print variables for a shell: JENKINS_URL, REDIS_URL.",
    "restart": "Restart and wait until it is usable.",
    "pull": "Fetch images beforehand.",
    "groovy": "Run a Groovy script in Jenkins.",
    "plugin": "Check, deploy, list and link the plugin under development.",
    "doctor": "Find what is wrong with this Docker, and repair it.",
    "queue": "Look into the job queue and steer it.",
    "worker": "Run a pool of job-queue workers, anywhere.",
    "lock": "Run a command under an exclusive lock (setlock).",
    "config": "Show every setting and where it comes from.",
}

ALSO: dict[str, str] = {"ps": "status"}
"""Second names."""
