"""Subjects by other names: CPE names, aliases of products, false friends, source packages of distributions."""

import re
from functools import cache

from pellucid.domain.statement import Subject
from pellucid.errors import Malformed
from pellucid.formats import cpe, cpe_versions
from pellucid.matchers.vulnerabilities import product_names

# "openssl1.1-compat", "gcc-12" and "linux-lts" are packages beside, or versions of, what Debian calls without that.
_BESIDE = re.compile(r"[-_]?(?:\d[\d.]*)?(?:-compat|-lts|-rt|-legacy)?$")
SOFTWARE = ("cpe:a", "cpe:o")
KERNELS = ("kernel", "linux")
LINUX = "linux:linux_kernel"


def cpe_subject(text: str) -> tuple[Subject, str] | None:
    """What a CPE name is about, and its version ("" for any and for none); None when it names no product."""
    if not text:
        return None
    try:
        found = cpe.parse(text)
    except Malformed:
        return None
    if found.part not in ("a", "o", "h") or found.product in (cpe.ANY, cpe.NOT_APPLICABLE):
        return None
    return found.subject, "" if found.version in (cpe.ANY, cpe.NOT_APPLICABLE) else cpe_versions.joined(found.listed)


@cache
def names_of(subject: Subject) -> tuple[Subject, ...]:
    """The subject, and the same software under the other names that the CPE dictionary has for it.

    Entries do not agree on what is an application and what an operating system, so that both are asked for.
    """
    part, name = subject
    parts = dict.fromkeys((part, *SOFTWARE)) if part in SOFTWARE else (part,)
    return tuple((each, other) for other in product_names.names_of(name) for each in parts)


def false_friend(subject: Subject) -> bool:
    """Whether it is other software that is called the same."""
    return subject[1] in product_names.false_friends()


@cache
def of_source(source: str) -> tuple[str, ...]:
    """vendor:product of what distributions package under that name; Debian's names serve for others, too."""
    known = product_names.debian_names()
    if source in known:
        return known[source]
    plain = _BESIDE.sub("", source)
    return (LINUX,) if plain in KERNELS else known.get(plain, ())
