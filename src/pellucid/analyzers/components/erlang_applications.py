"""Applications of Erlang and Elixir that are installed, from their .app resource files (app(4) of Erlang/OTP)."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import Universe, is_sound, language_package, plain

OTP = Universe(ecosystem="", purl_type="otp")
LARGEST = 256 << 10
NAME = re.compile(r"^\{\s*application\s*,\s*'?([a-z][\w@]*)'?\s*,", re.MULTILINE)
VERSION = re.compile(r'\{\s*vsn\s*,\s*"([^"]+)"\s*\}')
NEEDED = re.compile(r"\{\s*applications\s*,\s*\[([^\[\]]*)\]")
WORD = re.compile(r"[a-z]\w*")


@analyzer(name="erlang_applications", version=1, stage=Stage.COMPONENTS, wants=contains(b"{application,") & plain)
def erlang_applications(artefact: Artefact) -> Iterator[Fact]:
    """List an application that runs on Erlang's virtual machine, be it a part of OTP or of a package."""
    text = artefact.window(0, LARGEST).decode("latin-1")
    name, version, needed = NAME.search(text), VERSION.search(text), NEEDED.search(text)
    if name and version and version[1][0].isdigit() and is_sound(name[1], version[1]):
        yield language_package(
            artefact,
            OTP,
            name[1],
            version[1],
            offset=name.start(),
            requires=WORD.findall(needed[1]) if needed else (),
        )
