"""Small images beside the stand-ins: a shell in 2 MB, and one for another processor alone."""

from __future__ import annotations

import hashlib
import json
import tempfile
import urllib.request
from pathlib import Path

from tests.lab.debian import ARCHITECTURE
from tests.lab.engine import Engine
from tests.lab.registry import Registry
from tests.lab.shell import run

TINY = ("library/busybox:latest", "devbox-lab/tiny:latest")
FOREIGN = ("jenkins/jenkins:standin-foreign", "devbox-lab/jenkins:standin-foreign")
COMMANDS = ("sh", "sleep", "cat", "ls", "echo", "env", "id", "wget", "nc", "httpd", "true", "false", "kill", "ps",
            "tar", "seq", "yes", "dd", "stty", "tty", "mkdir", "rm", "touch", "chown", "chmod", "stat", "hostname",
            "printf", "date", "trap", "head", "tail", "grep", "nslookup", "ping", "test")  # fmt: skip
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
MANIFEST_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"


def push_small(builder: Engine, registry: Registry) -> None:
    """Build and push them."""
    with tempfile.TemporaryDirectory() as scratch:
        tar = _busybox(Path(scratch))
        builder.docker("import", "--change", 'CMD ["sh"]', str(tar), "devbox-lab/tiny")
        for name in TINY:
            builder.docker("tag", "devbox-lab/tiny", f"{registry.address}/{name}")
            builder.docker("push", "--quiet", f"{registry.address}/{name}")
    for name in FOREIGN:
        _list_for_another_processor(registry, TINY[1], name)


def _busybox(scratch: Path) -> Path:
    root = scratch / "root"
    for folder in ("bin", "etc", "tmp", "root"):
        (root / folder).mkdir(parents=True)
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\njenkins:x:1000:1000::/tmp:/bin/sh\n")
    (root / "etc/group").write_text("root:x:0:\njenkins:x:1000:\n")
    (root / "tmp").chmod(0o1777)
    run(["install", "-m", "755", "/bin/busybox", root / "bin/busybox"])
    for command in COMMANDS:
        (root / "bin" / command).symlink_to("busybox")
    run(["tar", "--numeric-owner", "--owner=0", "--group=0", "-C", root, "-cf", scratch / "tiny.tar", "."])
    return scratch / "tiny.tar"


def _list_for_another_processor(registry: Registry, source: str, target: str) -> None:
    """A manifest list whose only entry is for a processor that this machine is not."""
    repository = target.split(":")[0]
    manifest = _blobs_and_manifest(registry, source, repository)
    digest = f"sha256:{hashlib.sha256(manifest).hexdigest()}"
    _put(f"{registry.url}/v2/{repository}/manifests/{digest}", MANIFEST, manifest)
    other = "arm64" if ARCHITECTURE == "amd64" else "amd64"
    entry = {"mediaType": MANIFEST, "size": len(manifest), "digest": digest,
             "platform": {"os": "linux", "architecture": other}}  # fmt: skip
    body = {"schemaVersion": 2, "mediaType": MANIFEST_LIST, "manifests": [entry]}
    _put(f"{registry.url}/v2/{repository}/manifests/{target.split(':')[1]}", MANIFEST_LIST, json.dumps(body).encode())


def _blobs_and_manifest(registry: Registry, source: str, repository: str) -> bytes:
    """Mount the source's blobs into the repository; give the source's manifest."""
    origin, tag = source.split(":")
    wanted = urllib.request.Request(f"{registry.url}/v2/{origin}/manifests/{tag}", headers={"Accept": MANIFEST})
    with urllib.request.urlopen(wanted, timeout=90) as answer:
        manifest: bytes = answer.read()
    parsed = json.loads(manifest)
    for blob in (parsed["config"], *parsed["layers"]):
        url = f"{registry.url}/v2/{repository}/blobs/uploads/?mount={blob['digest']}&from={origin}"
        urllib.request.urlopen(urllib.request.Request(url, method="POST", data=b""), timeout=90).close()
    return manifest


def _put(url: str, kind: str, body: bytes) -> None:
    request = urllib.request.Request(url, method="PUT", data=body, headers={"Content-Type": kind})
    urllib.request.urlopen(request, timeout=90).close()
