"""Hash trees of dm-verity: compared with their data, whatever is wrong with them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.support.verity_images import DATA, SALT, Verity, changed

from pellucid.errors import BudgetExceeded, Malformed
from pellucid.formats import dm_verity, verity_claims
from pellucid.formats.android import avb
from pellucid.formats.dm_verity import Budget

IMAGE, ROOT = Verity().behind(DATA)
AT = len(DATA)


def budget(size: int = 1 << 30) -> Budget:
    return Budget(size, 10.0)


@pytest.mark.parametrize(
    "made", [Verity(), Verity("sha512", 4096), Verity("sha1", version=0), Verity("sha384", 1024, b"", 0)]
)
@pytest.mark.parametrize("blocks", [1, 2, 3, 16, 17, 600])
def test_agrees_with_what_it_was_made_of(made: Verity, blocks: int) -> None:
    data = bytes(range(256)) * (made.block // 256) * blocks
    image, root = made.behind(data)
    tree = dm_verity.read(image, len(data))
    assert (tree.algorithm, tree.salt, tree.blocks) == (made.algorithm, made.salt, blocks)
    assert dm_verity.root_of(image, tree) == root
    found = dm_verity.compare(image, tree, budget())
    assert (found.wrong_hashes, found.wrong_data, found.compared) == (None, None, blocks)


def test_every_changed_byte_of_the_data_is_seen() -> None:
    tree = dm_verity.read(IMAGE, AT)
    for at in range(0, len(DATA), 500):
        found = dm_verity.compare(changed(IMAGE, at), tree, budget())
        assert found.wrong_data == at // 512 * 512
        assert found.compared == at // 512


def test_every_changed_block_of_the_tree_is_seen() -> None:
    tree = dm_verity.read(IMAGE, AT)
    # Of the top, by its digest: nothing in the tree contradicts it.
    assert dm_verity.root_of(changed(IMAGE, tree.at), tree) != ROOT
    lowest, count = tree.levels()[0]
    for number in range(count):
        found = dm_verity.compare(changed(IMAGE, lowest + number * 512 + 3), tree, budget())
        assert found.wrong_hashes == lowest + number * 512


def test_stops_when_enough_was_hashed() -> None:
    tree = dm_verity.read(IMAGE, AT)
    nothing = dm_verity.compare(IMAGE, tree, budget(100))
    assert (nothing.whole_tree, nothing.compared) == (False, 0)
    only_tree = dm_verity.compare(IMAGE, tree, budget(5000))
    assert (only_tree.whole_tree, only_tree.compared) == (True, 0)
    with pytest.raises(BudgetExceeded):
        Budget(1000, -1.0).spend(1)


def test_data_elsewhere_are_known_again_though_some_of_them_changed() -> None:
    tree = dm_verity.read(IMAGE, AT)
    assert dm_verity.belongs(changed(IMAGE, 0), tree)
    assert not dm_verity.belongs(IMAGE, tree.over(512))


@pytest.mark.parametrize(
    "field", [{"algorithm": "md5"}, {"data_block": 513}, {"hash_block": 1 << 20}, {"blocks": 0}, {"blocks": 1 << 60}]
)
def test_refuses_the_impossible(field: dict[str, int]) -> None:
    with pytest.raises(Malformed):
        dm_verity.check(structs.replace(dm_verity.read(IMAGE, AT), **field))


@given(st.integers(AT, len(IMAGE) - 1), st.integers(0, 255))
def test_damage_is_malformed_or_compared(at: int, octet: int) -> None:
    data = IMAGE[:at] + bytes([octet]) + IMAGE[at + 1 :]
    with suppress(Malformed):
        tree = dm_verity.read(data, AT)
        found = dm_verity.compare(data, tree, budget(1 << 20))
        assert found.compared <= tree.blocks


def test_what_android_describes() -> None:
    image = Verity().android(DATA, b"vendor")
    found = avb.footer(image)
    assert found
    ((tree, root),) = avb.hash_trees(image, found[1])
    assert (tree.name, tree.salt, tree.at, root) == ("vendor", SALT, len(DATA), ROOT)
    assert dm_verity.compare(image, tree, budget()).compared == tree.blocks
    assert avb.read(image, found[1]).facts["hashtree.vendor"] == f"sha256 {ROOT.hex()}"


@given(st.binary(max_size=200))
def test_what_asks_is_found_in_any_text(noise: bytes) -> None:
    line = noise + b"\nroothash=" + ROOT.hex().upper().encode() + b" " + noise
    assert ROOT.hex() in [root for _, _, root in verity_claims.root_hashes(line)]
