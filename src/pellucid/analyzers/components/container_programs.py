"""What a container runs: the configuration of its image (OCI Image Format Specification 1.1, Docker image v1.2)."""

import shlex
from collections.abc import Iterator
from typing import Any

import msgspec

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains
from pellucid.domain.start import Start, StartKind

LARGEST = 4 << 20
ROOT = b'"rootfs"'

_json = Selector(
    lambda artefact: artefact.kind == "text" and artefact.window(0, 1) == b"{" and artefact.size <= LARGEST
)


class _Process(msgspec.Struct):
    entrypoint: Any = msgspec.field(name="Entrypoint", default=None)
    command: Any = msgspec.field(name="Cmd", default=None)
    health: Any = msgspec.field(name="Healthcheck", default=None)


class _Image(msgspec.Struct):
    config: _Process
    rootfs: dict[str, Any]


@analyzer(name="container_programs", version=1, stage=Stage.COMPONENTS, wants=contains(ROOT) & _json)
def container_programs(artefact: Artefact) -> Iterator[Fact]:
    """Tell which program a container starts (entry point and its arguments), and which checks its health."""
    try:
        process = msgspec.json.decode(artefact.window(0, LARGEST), type=_Image).config
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    test = process.health.get("Test") if isinstance(process.health, dict) else None
    for words in ([*_words(process.entrypoint), *_words(process.command)], _words(test)[1:]):
        if words:
            command = shlex.join(words)
            at = max(artefact.window(0, LARGEST).find(words[0].encode("utf-8", "replace")), 0)
            yield Start(kind=StartKind.CONTAINER, command=command, evidence=artefact.evidence(at, command))


def _words(value: Any) -> list[str]:
    """A list of words; a text is what a shell runs."""
    if isinstance(value, str):
        return ["/bin/sh", "-c", value]
    return [word for word in value if isinstance(word, str)][:1000] if isinstance(value, list) else []
