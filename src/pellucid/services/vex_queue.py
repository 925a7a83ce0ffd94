"""Which attachments are read as VEX documents, and the job that does it."""

from collections.abc import Mapping

from pellucid.domain.access import Caller
from pellucid.domain.file import File
from pellucid.formats.json_document import LARGEST
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.jobs import Jobs

VEX_JOB = "vex"
KIND, VEX = "kind", "vex"
# Such a document decides on findings, so whoever attaches it must be one who may.
PERMISSION = "findings.update"


def is_vex(metadata: Mapping[str, str]) -> bool:
    """Whether somebody says that a file is a VEX document."""
    return metadata.get(KIND, "").strip().lower() == VEX


def require_decider(caller: Caller, product_id: str, metadata: Mapping[str, str]) -> None:
    """Raise PermissionDenied for a VEX document of somebody who may not decide on findings of the product."""
    if is_vex(metadata):
        caller.require(PERMISSION, f"products/{product_id}")


def queue_reading(tx: Transaction, caller: Caller, file: File) -> None:
    """Have an attachment read that is a VEX document, or may be one because nobody says what it is."""
    may_be = KIND not in file.metadata and file.blob.size <= LARGEST
    if (is_vex(file.metadata) or may_be) and caller.may(PERMISSION, f"products/{file.product_id}"):
        # It takes a moment: not behind scans that take minutes.
        Jobs(tx).put(VEX_JOB, file.id, priority=-1)
