"""Deliveries: the loop that sends due webhooks.

Every attempt runs in a thread of its own, at most SENDERS at once and one for each webhook, so that a slow receiver
delays nobody else. Of one webhook the oldest due event goes first; one that failed waits while later ones pass it, so
receivers must not rely on order.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pellucid.domain.webhook import ClaimedDelivery
from pellucid.services.delivery import Outcome, Sender, settle
from pellucid.services.vault import Vault
from pellucid.settings import Settings
from pellucid.storage.database import Database
from pellucid.storage.repositories.deliveries import DeliveryRepository

log = logging.getLogger(__name__)

SENDERS = 16
IDLE_SECONDS = 0.5
TROUBLE_SECONDS = 5.0
LEASE_MARGIN = 5.0
STOP_SECONDS = 5.0
PURGE_SECONDS = 3600.0
KEPT = timedelta(days=30)

Clock = Callable[[], datetime]


def deliver_due(database: Database, settings: Settings, vault: Vault, stop: threading.Event) -> None:
    """Send what is due until `stop` is set. What is under way then gets a few seconds more.

    An attempt that is cut off, by the end of the process or by kill -9, is made again once its lease has run out.
    """
    Courier(database, settings, Sender(settings, vault)).run(stop)


class Courier:
    """Claims deliveries and sends them side by side."""

    def __init__(
        self, database: Database, settings: Settings, sender: Sender, clock: Clock = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._settings = settings
        self._sender = sender
        self._clock = clock
        self._threads: list[threading.Thread] = []
        self._free = threading.Event()

    def run(self, stop: threading.Event) -> None:
        """Rounds until `stop` is set; trouble with the database is logged and waited out."""
        next_purge = time.monotonic() + PURGE_SECONDS
        while not stop.is_set():
            try:
                self.round()
                if time.monotonic() >= next_purge:
                    next_purge = time.monotonic() + PURGE_SECONDS
                    self._purge()
                # An attempt that ends may make way for the next one of its webhook.
                self._free.wait(IDLE_SECONDS)
                self._free.clear()
            except Exception:  # the worker's edge: webhooks must not stop with one failure
                log.exception("webhooks: cannot look for due deliveries")
                stop.wait(TROUBLE_SECONDS)
        self.wait(STOP_SECONDS)

    def round(self) -> int:
        """Begin what is due, as far as senders are free; how many attempts that are."""
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        free = SENDERS - len(self._threads)
        claimed = self.claim(free) if free else ()
        for item in claimed:
            # Daemons: a receiver that takes its time must not keep a stopped process alive.
            thread = threading.Thread(target=self._attempt, args=(item,), name=f"webhook {item.id}", daemon=True)
            self._threads.append(thread)
            thread.start()
        return len(claimed)

    def wait(self, seconds: float) -> None:
        """Wait for attempts under way, for so long in all."""
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(end - time.monotonic(), 0))

    def claim(self, most: int) -> tuple[ClaimedDelivery, ...]:
        now = self._clock()
        with self._database.read() as tx:
            if not DeliveryRepository(tx).any_due(now):
                return ()
        with self._database.begin() as tx:
            return DeliveryRepository(tx).claim(now, self._settings.webhook_timeout + LEASE_MARGIN, most)

    def deliver(self, claimed: ClaimedDelivery) -> Outcome:
        """Make one attempt and write down how it went."""
        started = self._clock()
        try:
            outcome = self._sender.send(claimed, started)
        except Exception as error:  # the worker's edge: an attempt that cannot even be made is one that failed
            log.exception("webhooks: delivery %s cannot be sent", claimed.id)
            outcome = Outcome(error=f"cannot be sent: {type(error).__name__}")
        with self._database.begin() as tx:
            ours = settle(tx, self._settings, claimed, outcome, started=started, finished=self._clock())
        if not ours:
            log.info("webhooks: delivery %s was taken over or deleted meanwhile", claimed.id)
        elif not outcome.delivered:
            log.warning("webhooks: delivery %s, try %d: %s", claimed.id, claimed.tries, outcome.error)
        return outcome

    def _attempt(self, claimed: ClaimedDelivery) -> None:
        try:
            self.deliver(claimed)
        except Exception:  # the worker's edge: the lease runs out and the delivery is tried again
            log.exception("webhooks: delivery %s cannot be written down", claimed.id)
        finally:
            self._free.set()

    def _purge(self) -> None:
        with self._database.begin() as tx:
            DeliveryRepository(tx).purge(self._clock() - KEPT)
