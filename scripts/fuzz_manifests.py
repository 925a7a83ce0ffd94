"""Readers of manifests and lock files, as one target of the fuzzer: whatever they yield is read to its end."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import islice

from pellucid.errors import Malformed
from pellucid.formats import (
    block_yaml,
    composer,
    header_fields,
    indented_text,
    json_document,
    licence_names,
    pnpm_lock,
    python_bytecode,
    python_requirements,
    toml_tables,
    vex_document,
    web_library,
    yarn_lock,
)

MOST = 5000
SEED = b"""\
lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a: {version: 1.0.0}
packages:
  '@a/b@1.0.0':
    dev: false
"c@^1":
  version "1.2"
  dependencies:
    d "1"
[[package]]
name = "a"
version = "1"
dependencies = [
    "b",
]
Name: a
Requires: b
  , c
a==1.0 ; x == "y"
<?php 'versions' => array(
'a/b' => array(
'pretty_version' => '1.0',
/*! jQuery v3.6.0 | (c) */
"""
STREAMS: tuple[Callable[[bytes], Iterable[object]], ...] = (
    indented_text.lines,
    block_yaml.entries,
    yarn_lock.locked,
    pnpm_lock.locked,
    toml_tables.tables,
    header_fields.fields,
    python_requirements.pins,
    composer.installed,
)


def read(data: bytes) -> None:
    """Everything that any of them makes of `data`; offsets lie inside of it."""
    for stream in STREAMS:
        for item in islice(stream(data), MOST):
            assert 0 <= getattr(item, "offset", 0) <= len(data), item
    for depth in range(3):
        for section in islice(block_yaml.sections(data, depth), MOST):
            assert len(section.path) == depth
    with suppress(Malformed):
        json_document.decode(data)
    with suppress(Malformed):
        vex_document.statements(data)
    text = data.decode("utf-8", "replace")
    licence_names.spdx_expression(text)
    toml_tables.strings(text[:MOST])
    python_bytecode.release_of(data)
    for mark in web_library.marks():
        place = data.find(mark.literal)
        found = web_library.sighting(data, mark, place) if place >= 0 else None
        assert found is None or data[found.offset : found.offset + len(found.text)] == found.text
