"""deleted_secrets: keys and secrets in files that a later layer hides; placeholders are none."""

import pytest
from msgspec import structs
from tests.matchers.inventories import findings, inventory, seen
from tests.support.statements import Statements

from pellucid.domain.entry import Entry
from pellucid.domain.place import ScannedArtefact, ScannedPlace
from pellucid.domain.secret import Secret, Validity
from pellucid.matchers.deleted_secrets import deleted_secrets

PATH = "image!shadowed/0/app/.env"


@pytest.mark.parametrize(
    ("validity", "path", "expected"),
    [
        (Validity.UNDETERMINED, PATH, 1),
        (Validity.FILTERED, PATH, 0),
        (Validity.UNDETERMINED, "image!rootfs/app/.env", 0),
    ],
)
def test_a_secret_that_a_layer_hides_is_still_there(validity: Validity, path: str, expected: int) -> None:
    held = ScannedArtefact(path=PATH, sha256="0", size=1, kind="text")
    place = ScannedPlace(parent=0, entry=Entry(name="app/.env", facts={"shadowedBy": "sha256:0"}), artefact=held)
    secret = Secret(
        rule="a", kind="password", redacted="h...", fingerprint="0", validity=validity, evidence=seen(artefact=path)
    )
    image = structs.replace(inventory(), secrets=(secret,), places=(place,))
    assert len(findings(deleted_secrets(image, Statements()))) == expected
