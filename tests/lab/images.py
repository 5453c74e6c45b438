"""The images: built in an engine that only builds, pushed to the registry, and found there by every other engine."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from pathlib import Path

from tests.lab.engine import Engine
from tests.lab.places import Places
from tests.lab.recipe import key
from tests.lab.registry import Registry
from tests.lab.rootfs import base_tar, java_runtime
from tests.lab.small import FOREIGN, TINY, push_small
from tests.lab.tags import STANDINS, Standin
from tests.lab.war import war

HERE = Path(__file__).parent / "standin" / "jenkins"
FILLERS = (3, 5, 2)
"""MiB of the layers that are there to be pulled."""
BUILDER = 9


def push_all(places: Places, registry: Registry) -> bool:
    """Build and push what the registry does not hold in its present recipe; whether anything was done."""
    stamp = places.cache / "images.key"
    sources = (HERE, *(Path(__file__).with_name(name) for name in ("images.py", "small.py", "war.py")))
    wanted = key(*sources, str(STANDINS), base_tar(places).name, java_runtime(places).name)
    names = pullable()
    if stamp.exists() and stamp.read_text() == wanted and all(_held(registry, name) for name in names):
        return False
    builder = Engine(places.first + BUILDER, places.cache / "builder", places.run / "builder", "")
    builder.start()
    try:
        common = _common(places, builder)
        for standin in STANDINS:
            _version(places, builder, registry, standin, common)
        push_small(builder, registry)
        builder.docker("image", "prune", "--all", "--force", "--filter", "until=72h")
    finally:
        builder.stop()
    _sweep(places)
    stamp.write_text(wanted)
    return True


def _sweep(places: Places) -> None:
    """Throw away the WARs of former recipes."""
    current = {war(places, standin.version) for standin in STANDINS}
    for old in (places.cache / "wars").glob("jenkins-*.war"):
        if old not in current:
            old.unlink()


def pullable() -> list[str]:
    """Every name that the registry has for an engine."""
    return [name for standin in STANDINS for name in standin.names()] + [*TINY, *FOREIGN]


def _held(registry: Registry, name: str) -> bool:
    repository, tag = name.split(":")
    return registry.has(repository, tag)


def _common(places: Places, builder: Engine) -> str:
    tar, jre = base_tar(places), java_runtime(places)
    base = f"devbox-lab/base:{tar.stem}"
    image = f"devbox-lab/common:{key(HERE / 'common.Dockerfile', tar.stem, jre.name, str(FILLERS))}"
    if _there(builder, image):
        return image
    if not _there(builder, base):
        builder.docker("import", str(tar), base)
    with tempfile.TemporaryDirectory(dir=places.cache) as scratch:
        context = Path(scratch)
        shutil.copytree(jre, context / "jre", symlinks=True, copy_function=os.link)
        for number, size in enumerate(FILLERS, 1):
            noise = random.Random(number).randbytes(size << 20)
            (context / f"filler-{number}.bin").write_bytes(noise)
        _build(builder, context, "common.Dockerfile", image, BASE=base)
    return image


def _version(places: Places, builder: Engine, registry: Registry, standin: Standin, common: str) -> None:
    scripts = key(HERE / "version.Dockerfile", HERE / "jenkins.sh", HERE / "jenkins-support", HERE / "train.groovy")
    image = f"devbox-lab/version:{standin.version}-{key(common, scripts, war(places, standin.version).name)}"
    if not _there(builder, image):
        with tempfile.TemporaryDirectory(dir=places.cache) as scratch:
            context = Path(scratch)
            shutil.copy2(war(places, standin.version), context / "jenkins.war")
            for file in ("jenkins.sh", "jenkins-support", "train.groovy"):
                shutil.copy2(HERE / file, context / file)
            _build(builder, context, "version.Dockerfile", image, COMMON=common, VERSION=standin.version)
    if standin.environment:
        image = _with_environment(places, builder, image, standin.environment)
    for name in standin.names():
        builder.docker("tag", image, f"{registry.address}/{name}")
        builder.docker("push", "--quiet", f"{registry.address}/{name}")


def _with_environment(places: Places, builder: Engine, image: str, environment: dict[str, str]) -> str:
    lines = [f"FROM {image}", *(f"ENV {name}={value}" for name, value in environment.items())]
    with tempfile.TemporaryDirectory(dir=places.cache) as scratch:
        context = Path(scratch)
        (context / "Dockerfile").write_text("\n".join(lines) + "\n")
        return builder.docker("build", "--quiet", "--network", "none", str(context)).strip()


def _build(builder: Engine, context: Path, dockerfile: str, image: str, **arguments: str) -> None:
    shutil.copyfile(HERE / dockerfile, context / "Dockerfile")
    words = [word for name, value in arguments.items() for word in ("--build-arg", f"{name}={value}")]
    builder.docker("build", "--network", "none", "--tag", image, *words, str(context))


def _there(builder: Engine, image: str) -> bool:
    return bool(builder.docker("images", "--quiet", image).strip())
