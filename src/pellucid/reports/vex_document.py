"""VEX in every format that it is written in."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from pellucid.domain.vex import Vex
from pellucid.reports.cyclonedx_vex import cyclonedx_vex
from pellucid.reports.openvex import openvex


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """`suffix` is the one that the format's users are used to."""

    suffix: str
    build: Callable[[Vex], dict[str, Any]]


FORMATS: Mapping[str, Format] = {
    "openvex": Format(suffix=".openvex.json", build=openvex),
    "cyclonedx-vex": Format(suffix=".vex.cdx.json", build=cyclonedx_vex),
}


def vex_document(vex: Vex, format_: str) -> str:
    """JSON that ends with a line break. Raises InvalidReport when it does not meet its schema."""
    return msgspec.json.format(msgspec.json.encode(FORMATS[format_].build(vex)), indent=2).decode() + "\n"
