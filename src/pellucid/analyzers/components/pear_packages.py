"""PHP packages that PEAR or PECL has installed, from the registry (.registry/NAME.reg, PHP's serialize format)."""

import re
from collections.abc import Iterator
from dataclasses import replace

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import Universe, is_sound, language_package, plain
from pellucid.domain.file_list import FileList
from pellucid.formats.licence_names import spdx_expression

PEAR = Universe(ecosystem="", purl_type="pear")
CHANNEL = b'";s:7:"channel";s:'
LARGEST = 4 << 20
MOST_PATHS = 50_000
NAME = re.compile(rb's:4:"name";s:\d{1,3}:"([\w.-]{1,100})";s:7:"channel";s:\d{1,3}:"([\w.-]{1,100})"')
VERSION = re.compile(rb's:7:"version";a:\d:\{s:7:"release";s:\d{1,3}:"([^"]{1,60})"')
LICENCE = re.compile(
    rb's:7:"license";(?:s:\d{1,3}:"([^"]{1,80})"|a:\d:\{.{0,200}?s:8:"_content";s:\d{1,3}:"([^"]{1,80})")'
)
PATH = re.compile(rb's:11:"installedas";s:\d{1,4}:"([^"]{1,1024})"')


@analyzer(name="pear_packages", version=1, stage=Stage.COMPONENTS, wants=contains(CHANNEL) & plain)
def pear_packages(artefact: Artefact) -> Iterator[Fact]:
    """List a package that PEAR or PECL has installed, with its files."""
    data = artefact.window(0, LARGEST)
    name, version = NAME.search(data), VERSION.search(data)
    if data[:2] != b"a:" or name is None or version is None:
        return
    title, channel, number = (value.decode("latin-1") for value in (name[1], name[2], version[1]))
    if not is_sound(f"{channel}/{title}", number):
        return
    stated = LICENCE.search(data)
    licence = (stated[1] or stated[2]).decode("latin-1") if stated else ""
    found = language_package(
        artefact,
        PEAR,
        f"{channel}/{title}",
        number,
        offset=name.start(),
        seen=f"{title} {number}",
        licence=spdx_expression(licence),
    )
    yield replace(found, product=title)
    paths = [found[1].decode("utf-8", "replace") for found in PATH.finditer(data)]
    if paths:
        yield FileList(manager="pear", package=title, paths=tuple(paths[:MOST_PATHS]))
