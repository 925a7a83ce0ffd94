"""What the application works with; the composition root hands it in."""

from dataclasses import dataclass, field

import anyio

from pellucid.blobs.local import LocalBlobs
from pellucid.services.tokens import Tokens
from pellucid.services.vault import Vault
from pellucid.settings import Settings
from pellucid.storage.database import Database

WRITERS = 8
CHECKERS = 4
COMPILERS = 2


@dataclass(frozen=True, kw_only=True)
class Context:
    """`writing` is held while a request has a writing transaction.

    SQLite lets one write at a time. Waiting for it here, and not in a thread, keeps threads free: were all of them to
    wait for the lock, its holder would find none to go on in. `checking` bounds the threads that check passwords, which
    is slow on purpose: whoever floods the token endpoint must not stop everybody else. `compiling` bounds those that
    have rules checked.
    """

    settings: Settings
    database: Database
    blobs: LocalBlobs
    tokens: Tokens
    vault: Vault
    writing: anyio.Semaphore = field(init=False)
    checking: anyio.CapacityLimiter = field(init=False)
    compiling: anyio.CapacityLimiter = field(init=False)

    def __post_init__(self) -> None:
        writers = 1 if self.database.is_sqlite else WRITERS
        object.__setattr__(self, "writing", anyio.Semaphore(writers))
        object.__setattr__(self, "checking", anyio.CapacityLimiter(CHECKERS))
        object.__setattr__(self, "compiling", anyio.CapacityLimiter(COMPILERS))
