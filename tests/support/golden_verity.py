"""Golden inputs of hash trees, and of what asks for them."""

from collections.abc import Iterator

from tests.support.golden_case import Case
from tests.support.verity_images import DATA, Verity, changed

TREES, CLAIMS = "hardening/hash_trees", "hardening/verity_claims"
ROOT = "5e" * 32
MAPPED = f'dm-mod.create="root,,,ro,0 18 verity 1 /dev/sda1 /dev/sda2 4096 4096 2 1 sha256 {ROOT} aabb"'


def cases() -> Iterator[Case]:
    verity = Verity()
    image, _ = verity.behind(DATA)
    yield Case(f"{TREES}/behind", image, "data, and their hash tree with a superblock behind them")
    old, _ = Verity(algorithm="sha1", version=0, salt=b"").behind(DATA)
    yield Case(f"{TREES}/first_version", old, "data, and a hash tree as ChromiumOS has it")
    yield Case(f"{TREES}/changed_data", changed(image, 5000), "a hash tree over data of which one byte was changed")
    lower = image.index(b"verity") + 3 * 512
    yield Case(f"{TREES}/changed_tree", changed(image, lower), "a hash tree of which one byte was changed")
    yield Case(f"{TREES}/alone", image[len(DATA) :], "a superblock and its hash tree, as in a partition of their own")
    yield Case(f"{TREES}/cut_off", image[: len(DATA) + 600], "a superblock whose tree is cut off")
    yield Case(f"{TREES}/unknown_hash", image.replace(b"sha256", b"sha999"), "a superblock with an unknown hash")
    yield Case(f"{TREES}/android", verity.android(DATA), "a partition with a hash tree of Android's verified boot")
    other = verity.android(DATA, root=bytes(32))
    yield Case(f"{TREES}/android_other_root", other, "such a partition, with another root hash in its description")
    yield Case(f"{CLAIMS}/loader", f"options root=/dev/dm-0 roothash={ROOT}\n".encode(), "an entry of systemd-boot")
    yield Case(f"{CLAIMS}/mapped", f"append {MAPPED}\n".encode(), "a command line that maps a device")
    old_line = f"dm_verity root_hexdigest={'0A' * 20} salt=00 dm-mod.create=nothing"
    yield Case(f"{CLAIMS}/chromium", old_line.encode(), "a command line of ChromiumOS")
    yield Case(f"{CLAIMS}/empty", b"if roothash=$(get) usrhash=; then\n", "a script that asks for no root hash itself")
