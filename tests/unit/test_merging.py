"""The tree of places: everything that containers list, in their order, at every place of a content."""

from pathlib import Path

import pytest

from pellucid.domain.entry import Entry, EntryKind
from pellucid.domain.place import ScannedPlace, path_of
from pellucid.domain.problem import ProblemKind
from pellucid.pipeline import tree
from pellucid.pipeline.content import Child, Content
from pellucid.pipeline.merging import Found, merge
from pellucid.pipeline.outcome import Outcome, Source

LINK = Entry(name="bin/sh", kind=EntryKind.SYMLINK, target="busybox")


def content(sha256: str, *children: Child, kind: str = "tar", **metadata: str) -> Content:
    return Content(
        sha256=sha256, size=9, identity="", kind=kind, children=list(children), metadata=metadata, unpacked=True
    )


def merged(*contents: Content) -> Found:
    source = Source(path=Path("a.bin"), name="a.bin", digest="root", size=9)
    return merge(Outcome(source=source, contents={item.sha256: item for item in contents}))


def lines(found: Found) -> list[tuple[int, str, bool]]:
    return [(place.parent, path_of(place, found.places), place.artefact is not None) for place in found.places]


def test_what_has_no_bytes_is_a_place_and_no_artefact() -> None:
    folder = Entry(name="bin", kind=EntryKind.DIRECTORY, mode=0o755)
    twice = [Child(Entry(name=name, size=9), "fs") for name in ("one", "two")]
    found = merged(
        content("root", *twice, Child(Entry(name="lost", size=3)), loadAddress="0x80"),
        content(
            "fs", Child(folder), Child(LINK), Child(Entry(name="bin/busybox", size=1, uid=7), "elf"), label="rootfs"
        ),
    )
    assert lines(found) == [
        (-1, "a.bin", True),
        (0, "a.bin!one", True),
        (1, "a.bin!one!bin", False),
        (1, "a.bin!one!bin/sh", False),
        (1, "a.bin!one!bin/busybox", True),
        (0, "a.bin!two", True),
        (5, "a.bin!two!bin", False),
        (5, "a.bin!two!bin/sh", False),
        (5, "a.bin!two!bin/busybox", True),
        (0, "a.bin!lost", False),
    ]
    assert len(found.artefacts) == 5
    first, second = found.places[3], found.places[7]
    assert first.entry is second.entry is LINK
    # Header fields are those of the content: at every place, and kept once.
    assert [item.metadata for item in found.artefacts] == [
        {"loadAddress": "0x80"},
        {"label": "rootfs"},
        {},
        {"label": "rootfs"},
        {},
    ]
    assert found.artefacts[1].metadata is found.artefacts[3].metadata
    assert found.metadata == {"a.bin": {"loadAddress": "0x80"}, "a.bin!one": {"label": "rootfs"}}
    # What was not looked at is there, too.
    assert found.artefacts[2].kind == "unknown"


def test_what_contains_itself_is_not_followed() -> None:
    found = merged(
        content("root", Child(Entry(name="in"), "inner")),
        content("inner", Child(Entry(name="out"), "root"), Child(Entry(name="me"), "inner"), Child(LINK)),
    )
    assert lines(found) == [(-1, "a.bin", True), (0, "a.bin!in", True), (1, "a.bin!in!bin/sh", False)]
    assert [(item.kind, item.artefact) for item in found.problems] == [
        (ProblemKind.MALFORMED, "a.bin!in!out"),
        (ProblemKind.MALFORMED, "a.bin!in!me"),
    ]


def test_a_tree_that_grows_without_end_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten archives of ten of the next: each is small, together they are ten thousand places."""
    tens = [
        content(name, *(Child(Entry(name=str(number)), inside) for number in range(10)))
        for name, inside in (("root", "b"), ("b", "c"), ("c", "d"), ("d", "e"))
    ]
    monkeypatch.setattr(tree, "ALWAYS_LISTED", 5000)
    found = merged(*tens)
    assert len(found.places) == 5000
    assert [item.kind for item in found.problems] == [ProblemKind.BUDGET]
    assert all(place.parent < number for number, place in enumerate(found.places))


def test_a_bomb_does_not_hide_what_comes_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = content("bomb", *(Child(Entry(name=str(number)), "more") for number in range(500)))
    more = content("more", *(Child(Entry(name=str(number)), "leaf") for number in range(20)))
    root = content("root", Child(Entry(name="a"), "bomb"), Child(Entry(name="z"), "fs"))
    system = content("fs", Child(Entry(name="etc/passwd", size=3), "leaf"), Child(LINK))
    monkeypatch.setattr(tree, "ALWAYS_LISTED", 1000)
    found = merged(root, bomb, more, system)
    assert len(found.places) == 1000
    listed = {path_of(place, found.places) for place in found.places}
    assert {"a.bin!z!etc/passwd", "a.bin!z!bin/sh", "a.bin!a!499"} <= listed
    assert len({path_of(place, found.places) for place in found.places}) == len(found.places)


def test_a_container_of_more_than_may_be_listed_is_listed_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = content("inner", *(Child(Entry(name=str(number)), "leaf") for number in range(5)))
    root = content("root", *(Child(Entry(name=str(number)), "inner") for number in range(2000)))
    monkeypatch.setattr(tree, "ALWAYS_LISTED", 1000)
    found = merged(root, inner)
    assert [path_of(place, found.places) for place in found.places] == [
        "a.bin",
        *(f"a.bin!{number}" for number in range(999)),
    ]
    assert [item.kind for item in found.problems] == [ProblemKind.BUDGET]


def test_places_are_small() -> None:
    place = ScannedPlace(parent=1, entry=LINK)
    assert not hasattr(place, "__dict__")


def test_what_was_taken_out_of_history_is_former() -> None:
    old = Entry(name="0123/old.tar", size=9, facts={"gitObject": "ab"})
    outcome = Outcome(
        source=Source(path=Path("a.bin"), name="a.bin", digest="root", size=9),
        contents={
            item.sha256: item
            for item in (
                content("root", Child(Entry(name="x.pack", size=9), "pack"), Child(Entry(name="y", size=1), "same")),
                content("pack", Child(old, "tar"), Child(Entry(name="commits", size=9), "log")),
                content("tar", Child(Entry(name="inner", size=1), "same")),
            )
        },
    )
    assert tree.tree_of(outcome).former == {"a.bin!x.pack!0123/old.tar", "a.bin!x.pack!0123/old.tar!inner"}
