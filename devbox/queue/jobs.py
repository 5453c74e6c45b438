"""The job classes: found by the payload's `class` in the modules given with `--jobs`, and nowhere else."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from devbox.errors import Cure, DevboxError

Perform = Callable[..., Any]
HOOKS = ("before_first_fork", "before_fork", "after_fork")
"""Functions of a job module with these names are hooks, and no jobs."""


class UnknownClass(Exception):
    """No job class has this name."""


class Jobs:
    """The modules, and the jobs that were looked up in them."""

    def __init__(self, modules: Sequence[ModuleType]) -> None:
        self.modules = tuple(modules)
        self._names = {module.__name__ for module in modules}
        self._known: dict[str, Perform] = {}
        self._hooks = {
            name: [hook for module in modules if callable(hook := module.__dict__.get(name))] for name in HOOKS
        }

    def find(self, name: str) -> Perform:
        """What runs a job of this class; raises `UnknownClass`."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._look(name)
        return found

    def hooks(self, name: str) -> list[Callable[..., Any]]:
        """The hooks of this name, in the modules' order."""
        return self._hooks[name]

    def _look(self, name: str) -> Perform:
        words = name.replace("::", ".").split(".")
        if all(word.isidentifier() and not word.startswith("_") for word in words) and words[-1] not in HOOKS:
            for module in self.modules:
                if perform := self._in(module, words):
                    return perform
        raise UnknownClass(
            f"uninitialized constant {name}: no job of this name in {', '.join(self._names) or 'nothing'}"
        )

    def _in(self, module: ModuleType, words: list[str]) -> Perform | None:
        own = module.__name__.split(".")
        path = words[len(own) :] if words[: len(own)] == own and len(words) > len(own) else words
        found: Any = module
        for word in path:
            found = vars(found).get(word) if isinstance(found, (ModuleType, type)) else None
        return self._runs(found)

    def _runs(self, found: Any) -> Perform | None:
        """A job is made in one of the modules: what they import (`os.system`) is none, whatever its name."""
        if not self._is_theirs(getattr(found, "__module__", None)):
            return None
        if isinstance(found, type):
            perform = getattr(found, "perform", None)
            if not callable(perform):
                return None
            static = inspect.getattr_static(found, "perform")
            bound = isinstance(static, (staticmethod, classmethod)) or not inspect.isfunction(static)
            return perform if bound else _on_new(found)
        return found if inspect.isfunction(found) else None

    def _is_theirs(self, module: Any) -> bool:
        return isinstance(module, str) and any(module == own or module.startswith(own + ".") for own in self._names)


def _on_new(cls: type) -> Perform:
    def perform(*args: Any, **named: Any) -> Any:
        return cls().perform(*args, **named)

    return perform


def load(names: Sequence[str], folder: Path | None = None) -> Jobs:
    """Import job modules, each a module's name, a file, or a folder of files; raises `queue.jobs_invalid`."""
    sys.dont_write_bytecode = True  # a file that is replaced within the second would be taken from its old bytecode
    _reachable(folder or Path.cwd())
    importlib.invalidate_caches()
    return Jobs([module for name in names for module in _modules(name)])


def _modules(name: str) -> list[ModuleType]:
    path = Path(name)
    if path.is_dir() and not (name.isidentifier() and (path / "__init__.py").is_file()):
        files = sorted(file for file in path.glob("*.py") if not file.name.startswith("_"))
        if not files:
            raise _invalid(name, "there is no Python file in this folder")
        return [_from_file(file) for file in files]
    if name.endswith(".py"):
        if not path.is_file():
            raise _invalid(name, "there is no such file")
        return [_from_file(path)]
    return [_tried(name, lambda: importlib.import_module(name))]


def _from_file(path: Path) -> ModuleType:
    _reachable(path.parent)
    return _tried(str(path), lambda: _executed(path))


def _reachable(folder: Path) -> None:
    """What the modules import from beside them is found; last, so that a `json.py` there is not everybody's."""
    if str(folder.resolve()) not in sys.path:
        sys.path.append(str(folder.resolve()))


def _executed(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        if sys.modules.get(path.stem) is module:
            del sys.modules[path.stem]
        raise
    return module


def _tried(name: str, make: Callable[[], ModuleType]) -> ModuleType:
    try:
        return make()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # also what calls sys.exit at import
        raise _invalid(name, _where(error, name)) from error


def _where(error: BaseException, name: str) -> str:
    """An import's error in one line, the file and the line in front: `FILE, line N: SyntaxError: ...`."""
    if isinstance(error, SyntaxError):  # its text would have the file's name and line once more
        return _told(error, error.msg, error.filename or name, error.lineno)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "importlib" not in frame.filename]
    if not frames or frames[-1].filename == __file__:
        return _told(error, str(error))
    return _told(error, str(error), frames[-1].filename, frames[-1].lineno)


def _told(error: BaseException, said: str, file: str = "", line: int | None = None) -> str:
    place = f"{file}, line {line}: " if file and line else f"{file}: " if file else ""
    return place + f"{type(error).__name__}: {' '.join(said.split())}".rstrip(": ")


def _invalid(name: str, why: str) -> DevboxError:
    return invalid(f"the job module {name} cannot be used", why)


def invalid(message: str, why: str) -> DevboxError:
    """Job modules that cannot be used, as an error."""
    return DevboxError(
        "queue.jobs_invalid",
        message,
        cause=why,
        cures=(Cure("--jobs takes a module's name, a .py file or a folder of them"),),
    )
