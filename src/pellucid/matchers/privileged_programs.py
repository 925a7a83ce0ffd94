"""Programs that run with rights that their caller does not have, and are not guarded."""

from collections.abc import Iterator

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.entry import Entry, EntryKind
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding
from pellucid.domain.hardening import Hardening, Verdict
from pellucid.formats.xattr_facts import PREFIX
from pellucid.matchers.classes import finding_of

NAME = "privileged_programs"
CLASS = "mitigation/elf/privileged-unguarded"
SET_USER, SET_GROUP, GROUP_RUNS, RUNS = 0o4000, 0o2000, 0o010, 0o111
CAPABILITIES = f"{PREFIX}security.capability"
# What such a program should not lack; of "relro" it is enough that there is some.
ASKED = {"pie": "", "nx": "", "relro": "none", "stackCanary": ""}


@matcher(name=NAME, version=1)
def privileged_programs(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report programs with set-user-ID, set-group-ID or capabilities that lack PIE, canaries, RELRO or a plain stack.

    The rights are those that the containers of the image state; in images without them nothing is reported.
    """
    lacking = {fact.evidence.artefact: found for fact in inventory.hardening if (found := lacks(fact))}
    seen: dict[str, Evidence] = {}
    for place in inventory.places:
        if place.entry is None or place.artefact is None or place.artefact.path not in lacking:
            continue
        if rights := rights_of(place.entry):
            attributes = (("rights", rights), ("lacking", ", ".join(lacking[place.artefact.path])))
            seen[place.artefact.path] = Evidence(
                offset=0, seen=rights, artefact=place.artefact.path, attributes=attributes
            )
    if seen:
        yield finding_of(CLASS, tuple(seen.values()))


def lacks(fact: Hardening) -> tuple[str, ...]:
    """The names of the checks that a program fails, of those that matter here."""
    if fact.subject != "elf":
        return ()
    failed = (check for check in fact.checks if check.verdict is Verdict.FAIL and check.name in ASKED)
    return tuple(check.name for check in failed if ASKED[check.name] in ("", check.value))


def rights_of(entry: Entry) -> str:
    """What a file is run with that its caller may not have, in words; empty when it is nothing."""
    mode = entry.mode or 0
    if entry.kind is not EntryKind.FILE or not mode & RUNS:
        return ""
    found = []
    if mode & SET_USER:
        found.append(f"set-user-ID {_number(entry.uid)}".rstrip())
    # Without the right of the group to run it, the bit asks for locking of files.
    if mode & SET_GROUP and mode & GROUP_RUNS:
        found.append(f"set-group-ID {_number(entry.gid)}".rstrip())
    if capabilities := entry.facts.get(CAPABILITIES):
        found.append(f"capabilities {capabilities}")
    return ", ".join(found)


def _number(owner: int | None) -> str:
    return "" if owner is None else str(owner)
