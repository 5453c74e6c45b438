"""What a Jenkins would say of a plugin, or should: old cores load one that is too new, or whose needs are too old."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from devbox.jenkins import detached
from devbox.jenkins.pluginfile import PluginFile, Problem
from devbox.jenkins.state import State
from devbox.jenkins.versions import is_snapshot, older

OFFICIAL_JAVA = (21, 25)
"""The Java of the official images: usual, and newest."""


def alone(file: PluginFile) -> tuple[Problem, ...]:
    """What can be said without a Jenkins: the file's own problems, and its Java against the official images'."""
    usual, newest = OFFICIAL_JAVA
    found = list(file.problems)
    if file.java and file.java > newest:
        found.append(Problem("plugin.java", f"its classes need Java {file.java}; no official image has it"))
    elif file.java and file.java > usual:
        text = f"its classes need Java {file.java}; most official images have Java {usual}"
        found.append(Problem("plugin.java", text, "warn"))
    return tuple(found)


def against(file: PluginFile, state: State, others: Sequence[PluginFile] = ()) -> tuple[Problem, ...]:
    """What speaks against the file in this Jenkins; `others` are put in together with it."""
    if file.name is None or file.fails:
        return file.problems
    coming = {other.name: other.version or "" for other in others if other.name}
    return (
        *file.problems,
        *_core(file, state),
        *_needs(file, {name: one.version for name, one in state.plugins.items()} | coming, state, coming),
        *_copies(file.name, state),
        *_implied(file, state, coming),
    )


def _core(file: PluginFile, state: State) -> Iterator[Problem]:
    needed = file.requires_core
    if needed and older(state.core, needed):
        severity = "warn" if is_snapshot(needed) or is_snapshot(state.core) else "fail"
        yield Problem("plugin.core", f"it needs Jenkins {needed}; this one is {state.core}", severity)
    if file.java and state.java and file.java > state.java:
        yield Problem("plugin.java", f"its classes need Java {file.java}; this Jenkins runs on Java {state.java}")


def _needs(file: PluginFile, there: Mapping[str, str], state: State, coming: Mapping[str, str]) -> Iterator[Problem]:
    for need in file.dependencies:
        version = there.get(need.name)
        known = state.plugins.get(need.name)
        if version is None:
            if not need.optional:
                yield Problem("plugin.missing_dependency", f"it needs {need.name} {need.version}, which is not there")
        elif older(version, need.version):
            severity = "warn" if is_snapshot(version) or is_snapshot(need.version) else "fail"
            yield Problem("plugin.old_dependency", f"it needs {need.name} {need.version}; there is {version}", severity)
        elif not need.optional and need.name not in coming and known is not None and not known.active:
            yield Problem("plugin.inactive_dependency", f"it needs {need.name}, which is not active")


def _implied(file: PluginFile, state: State, coming: Mapping[str, str]) -> Iterator[Problem]:
    """What was a part of the core that it was built for, and is not here: it fails where it uses that."""
    there = [*state.plugins, *coming, *(need.name for need in file.dependencies)]
    if names := detached.missing(str(file.name), file.requires_core, state.core, there):
        age = f"built for Jenkins {file.requires_core}" if file.requires_core else "it names no Jenkins"
        text = f"{age}, it may use what was in the core then and is a plugin now, not there: {', '.join(names)}"
        yield Problem("plugin.implied_dependency", text, "warn")


def _copies(name: str, state: State) -> Iterator[Problem]:
    links = state.links_of(name)
    for link in links:
        yield Problem("plugin.linked", f"plugins/{link} wins over it: Jenkins would go on with the linked one")
    usual = (f"{name}.jpi", f"{name}.hpi")
    for copy in state.files_of(name):
        if copy not in (*links, *usual):
            yield Problem("plugin.copy", f"plugins/{copy} is another copy of it, and one of the two wins silently")


def order(files: Sequence[PluginFile]) -> list[PluginFile]:
    """The files so that each comes after those of them that it needs; a circle stays in the order given."""
    by_name = {file.name: file for file in files}
    done: dict[str | None, PluginFile] = {}

    def visit(file: PluginFile, way: frozenset[str | None]) -> None:
        if file.name in done or file.name in way:
            return
        for need in file.dependencies:
            if need.name in by_name:
                visit(by_name[need.name], way | {file.name})
        done[file.name] = file

    for file in files:
        visit(file, frozenset())
    return list(done.values())
