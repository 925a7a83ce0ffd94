"""Files from publishers to a folder: only when they have changed, and from where the last attempt ended."""

import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx2

from pellucid.advisories.fetching.verification import unzipped, verify
from pellucid.advisories.fetching.web import Web
from pellucid.errors import Malformed, PayloadTooLarge, StorageFull

LARGEST_FILE = 4 << 30
# A publisher that sends less than this, over this time, is as good as silent.
SLOWEST, PATIENCE = 1_000, 120.0
PACKED = (".zip", ".gz", ".tgz", ".xz", ".zst", ".bz2")

# What a publisher says of a file's version: "etag", "modified" (Last-Modified), and the address that it was asked at.
Validators = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Downloaded:
    """A whole file, verified, and the publisher's word for its version."""

    path: Path
    validators: Validators


class Downloader:
    """Downloads over `web`; leaves `reserve` bytes of the disk free.

    What has been downloaded and not been taken in yet (the process died in between) is not downloaded again.
    """

    def __init__(self, web: Web, *, reserve: int = 0, largest: int = LARGEST_FILE) -> None:
        self.web = web
        self._reserve = reserve
        self._largest = largest

    def changed(self, address: str, target: Path, known: Validators | None) -> Downloaded | None:
        """The file at `address` in `target`; None when it is still the `known` version.

        Raises NotFound, ServerUnreachable, Malformed when it is not whole, PayloadTooLarge and StorageFull.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        attempt = _Attempt(self, address, target, known if known and known.get("address") == address else {})
        resumed = attempt.part.exists()
        try:
            return self._once(attempt)
        except Malformed:
            attempt.forget()
            if not resumed:
                raise
            # Two halves that do not fit together: once more, from the beginning.
            return self._once(attempt)

    def forget(self, target: Path) -> None:
        """Remove a file that is not to be used, and what is known of it."""
        for suffix in ("", ".part", ".notes"):
            target.with_name(target.name + suffix).unlink(missing_ok=True)

    def _once(self, attempt: "_Attempt") -> Downloaded | None:
        found = self.web.patiently(attempt.run, attempt.received)
        if found is not None:
            verify(found.path)
        return found

    def check_room(self, size: int, folder: Path) -> None:
        """Raises PayloadTooLarge or StorageFull, when `size` bytes more cannot be taken."""
        if size > self._largest:
            raise PayloadTooLarge(f"it has more than {self._largest:,} bytes, which no feed has")
        if shutil.disk_usage(folder).free - size < self._reserve:
            raise StorageFull(f"{folder}: no room for {size:,} bytes: free some space and try again.")


class _Attempt:
    """One file, over all attempts to get it. Beside `target` lie its ".part", and what is known of both as JSON."""

    def __init__(self, downloader: Downloader, address: str, target: Path, known: Validators) -> None:
        self.part = target.with_name(target.name + ".part")
        self._notes = target.with_name(target.name + ".notes")
        self._downloader = downloader
        self._web = downloader.web
        self._address = address
        self._target = target
        self._known = known

    def received(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def forget(self) -> None:
        self._downloader.forget(self._target)

    def run(self) -> Downloaded | None:
        notes = self._read_notes()
        held = notes if notes.get("whole") and self._target.exists() else {}
        start = 0 if held else self.received()
        headers = _conditions(held or self._known)
        headers["Accept-Encoding"] = "identity" if self._address.endswith(PACKED) else "gzip"
        if start and (validator := _strong(notes)):
            headers |= {"Range": f"bytes={start}-", "If-Range": validator}
        with self._web.opened(self._address, headers) as response:
            if response.status_code == httpx2.codes.NOT_MODIFIED:
                if not held or _same(held, self._known):
                    self.forget()
                    return None
                return Downloaded(path=self._target, validators=_validators(held))
            self._receive(response, start)
        return self._finish()

    def _receive(self, response: httpx2.Response, start: int) -> None:
        if response.status_code == httpx2.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            self.forget()
            raise self._web.again(f"{self._address}: the rest is not to be had")
        if response.status_code == httpx2.codes.PARTIAL_CONTENT:
            total = _total_of_range(response.headers.get("content-range", ""), start)
            if total is None:
                self.forget()
                raise self._web.again(f"{self._address}: another part than asked for")
        else:
            start = 0
            length = response.headers.get("content-length", "")
            total = int(length[:18]) if length.isascii() and length.isdigit() else None
            self._write_notes(_told(self._address, response))
        self._downloader.check_room((total or 0) - start, self.part.parent)
        with self.part.open("ab" if start else "wb") as file:
            size = self._copy(response, file, start, total)
        if total is not None and size != total:
            raise self._web.again(f"{self._address}: ended after {size:,} of {total:,} bytes")

    def _copy(self, response: httpx2.Response, file: BinaryIO, size: int, total: int | None) -> int:
        since, then = time.monotonic(), size
        # In pieces as they come: gathered to a size, the last of them would be lost with the connection.
        for chunk in response.iter_raw():
            file.write(chunk)
            size += len(chunk)
            self._web.watcher.transferred(len(chunk), total)
            if total is None or size > total:
                self._downloader.check_room(size, self.part.parent)
            if (now := time.monotonic()) - since > PATIENCE:
                if size - then < SLOWEST * PATIENCE:
                    raise self._web.again(f"{self._address}: less than {SLOWEST:,} bytes a second")
                since, then = now, size
        return size

    def _finish(self) -> Downloaded:
        notes = self._read_notes()
        if notes.get("encoding") == "gzip" and not self._address.endswith(PACKED):
            plain = self.part.with_suffix(".plain")
            with plain.open("wb") as file:
                for piece in unzipped(self.part, LARGEST_FILE):
                    file.write(piece)
            plain.replace(self._target)
            self.part.unlink()
        else:
            self.part.replace(self._target)
        self._write_notes({**notes, "whole": "yes"})
        return Downloaded(path=self._target, validators=_validators(notes))

    def _read_notes(self) -> dict[str, str]:
        try:
            notes = json.loads(self._notes.read_bytes())
        except (OSError, ValueError):
            return {}
        return notes if isinstance(notes, dict) and notes.get("address") == self._address else {}

    def _write_notes(self, notes: Mapping[str, str]) -> None:
        fresh = self._notes.with_suffix(".fresh")
        fresh.write_text(json.dumps(notes))
        fresh.replace(self._notes)


def _told(address: str, response: httpx2.Response) -> dict[str, str]:
    told = {
        "address": address,
        "etag": response.headers.get("etag", "")[:1000],
        "modified": response.headers.get("last-modified", "")[:100],
        "encoding": response.headers.get("content-encoding", "").strip().lower()[:20],
    }
    return {name: value for name, value in told.items() if value}


def _validators(notes: Validators) -> dict[str, str]:
    return {name: notes[name] for name in ("address", "etag", "modified") if name in notes}


def _same(one: Validators, other: Validators) -> bool:
    return _validators(one) == _validators(other)


def _conditions(known: Validators) -> dict[str, str]:
    found = {}
    if "etag" in known:
        found["If-None-Match"] = known["etag"]
    if "modified" in known:
        found["If-Modified-Since"] = known["modified"]
    return found


def _strong(notes: Validators) -> str:
    """What If-Range takes (RFC 9110, 13.1.5): no weak ETag; else the date; "" when there is none."""
    etag = notes.get("etag", "")
    return etag if etag and not etag.startswith("W/") else notes.get("modified", "")


def _total_of_range(text: str, start: int) -> int | None:
    """The size of the whole, from "bytes START-END/SIZE"; None when the part is another one."""
    unit, _, rest = text.partition(" ")
    place, _, total = rest.partition("/")
    begin, _, _ = place.partition("-")
    if unit.lower() != "bytes" or begin != str(start) or not (total.isascii() and total.isdigit()):
        return None
    return int(total[:18])
