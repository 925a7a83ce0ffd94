"""Readers and analyzers are imported when an artefact needs them, inside the sandbox, where that can be done."""

import codecs
import importlib
import inspect
import os
import pkgutil
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from importlib.util import cache_from_source
from types import ModuleType

from pellucid import extractors, formats
from pellucid.analysis.analyzer import Stage
from pellucid.errors import Malformed
from pellucid.pipeline import sandbox, user

READERS: tuple[ModuleType, ...] = (formats, extractors)
ANALYZERS = ("pellucid.analyzers", "pellucid.rules")

# What these are linked with lies wherever the system's loader finds it: they are loaded while it may look everywhere.
COMPILED = ("bz2", "lz4.block", "lz4.frame", "lzallright", "lzma", "pellucid.formats.deflate", "zstandard")
# Python itself imports the first when it reads a time.
OF_ANALYZERS = ("_strptime", "cryptography.hazmat.bindings._rust", "yara_x")
# Python imports these when they are first used.
ENCODINGS = ("ascii", "cp1252", "cp437", "latin-1", "utf-16-be", "utf-16-le", "utf-8")


def prepare(stages: Collection[Stage] = ()) -> None:
    """Import what cannot be, or should not be, imported inside the sandbox; call this before it is entered.

    Landlock leaves the interpreter's files to be read. Without it, root's process becomes a user to whom they may be
    closed. `stages` are those of the analyzers that will be run.
    """
    # What tells software needs none of them.
    compiled = (*COMPILED, *OF_ANALYZERS) if set(stages) - {Stage.COMPONENTS} else COMPILED
    for name in compiled:
        importlib.import_module(name)
    if sandbox.capabilities()["landlock"] or not user.can_keep_reading():
        for _ in _imported(_packages(stages)):
            pass
        _read_tables()


def bytecode(stages: Collection[Stage] = ()) -> Iterator[None]:
    """Have bytecode written for what has none that is current, one module a step; for who has called `prepare`.

    None is written inside the sandbox: each process would compile its modules anew.
    """
    packages = _packages(stages)
    if _would_be_written(packages):
        yield from _imported(packages)


def _packages(stages: Collection[Stage]) -> tuple[ModuleType, ...]:
    return (*READERS, *map(importlib.import_module, ANALYZERS)) if stages else READERS


def _imported(packages: Iterable[ModuleType]) -> Iterator[None]:
    for package in packages:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
            yield


def _read_tables() -> None:
    """Have everything that is read from the disk once, and then kept: encodings, our own data files, libraries."""
    for name in ENCODINGS:
        codecs.lookup(name)
    ours = [module for name, module in sys.modules.items() if name.startswith("pellucid.")]
    for value in [value for module in ours for value in vars(module).values()]:
        if hasattr(value, "cache_info") and not inspect.signature(value).parameters:
            # A library that is not installed.
            with suppress(Malformed):
                value()


def _would_be_written(packages: Iterable[ModuleType]) -> bool:
    """Whether to import all of them here would write bytecode."""
    if sys.dont_write_bytecode:
        return False
    tops = [top for package in packages for top in package.__path__]
    return all(os.access(top, os.W_OK) for top in tops) and any(map(_has_stale, tops))


def _has_stale(top: str) -> bool:
    """Whether a module below `top` has no bytecode, or some that is older than the module."""
    return any(_is_stale(folder, name) for folder, _, names in os.walk(top) for name in names if name.endswith(".py"))


def _is_stale(folder: str, name: str) -> bool:
    source = f"{folder}/{name}"
    return _changed(cache_from_source(source)) < _changed(source)


def _changed(path: str) -> int:
    """When a file was last written, in ns; 0 for one that is not there."""
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116  # for hundreds of files, each time a process is started
    except OSError:
        return 0
