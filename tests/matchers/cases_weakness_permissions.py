"""Cases of rights of files that users should not have, and of set-id programs."""

from msgspec import structs
from tests.matchers.class_cases import Case
from tests.matchers.inventories import asset, seen
from tests.matchers.system_trees import C, D, F, system

from pellucid.analysis.matcher import Inventory
from pellucid.domain.component import Component, ComponentKind
from pellucid.domain.crypto_asset import CryptoKind


def with_key(mode: int) -> Inventory:
    key = asset(CryptoKind.PRIVATE_KEY, "aa", "fw!etc/server.key")
    return structs.replace(system(("etc/server.key", F, mode)), crypto_assets=(key,))


def with_script(mode: int) -> Inventory:
    script = Component(
        kind=ComponentKind.SCRIPT, format="sh", architecture="", bits=0, evidence=seen(artefact="fw!usr/bin/backup")
    )
    return structs.replace(system(("usr/bin/backup", F, mode)), components=(script,))


CASES = {
    "weakness/permission/writable-program": Case(
        hit=system(("etc/init.d/start", F, 0o777)), miss=system(("etc/init.d/start", F, 0o775))
    ),
    "weakness/permission/writable-file": Case(
        hit=system(("var/lib/data", F, 0o666)), miss=system(("tmp/data", F, 0o666), ("var/lib/data", F, 0o664))
    ),
    "weakness/permission/writable-system-folder": Case(
        hit=system(("usr/lib", D, 0o777)), miss=system(("usr/lib", D, 0o755), ("usr/libdata", D, 0o777))
    ),
    "weakness/permission/writable-folder": Case(
        hit=system(("tmp", D, 0o777)), miss=system(("tmp", D, 0o1777), ("mnt", D, 0o777))
    ),
    "weakness/permission/readable-hashes": Case(
        hit=system(("etc/shadow", F, 0o644)), miss=system(("etc/shadow", F, 0o640), ("usr/share/shadow", F, 0o644))
    ),
    "weakness/permission/readable-private-key": Case(hit=with_key(0o644), miss=with_key(0o600)),
    "weakness/permission/open-device": Case(
        hit=system(("dev/mem", C, 0o666)), miss=system(("dev/null", C, 0o666), ("dev/mem", C, 0o640))
    ),
    "weakness/set-id/powerful-program": Case(
        hit=system(("usr/bin/python3.11", F, 0o4755)), miss=system(("usr/bin/python3.11", F, 0o4644))
    ),
    "weakness/set-id/unusual-program": Case(
        hit=system(("usr/sbin/acmed", F, 0o4755)),
        miss=system(("bin/ping", F, 0o4755), ("usr/sbin/acmed", F, 0o2755), ("var/mail", D, 0o4777)),
    ),
    "weakness/set-id/script": Case(hit=with_script(0o4755), miss=with_script(0o755)),
}
