"""Taking bundles in: whom to trust, what is older than what is there, and what their records say."""

import time
from collections.abc import Collection, Mapping, Sequence

from pellucid.advisories.bundle import Bundle, Member
from pellucid.advisories.feed import Feed, understood
from pellucid.advisories.fetching.protocol import AdvisoryStore, Loaded, Outcome, SourceStatus, Watcher
from pellucid.advisories.fetching.updating import complete, counted
from pellucid.errors import Conflict, InvalidRequest, Malformed, PellucidError


def check_trust(bundle: Bundle, trusted: Collection[str], *, unsigned: bool) -> None:
    """Raises InvalidRequest for a bundle that nobody signed whom this installation trusts."""
    if (bundle.key and bundle.key in trusted) or unsigned:
        return
    if not bundle.key:
        raise InvalidRequest(f"{bundle.path} is not signed, or its manifest was altered. --unsigned takes it anyway.")
    raise InvalidRequest(
        f"{bundle.path} is signed with a key that is not trusted here: {bundle.key}. Compare it with what "
        "`pellucid advisories keygen` prints where the bundle was made; then give it with --key, or set "
        "PELLUCID_FEEDS_TRUSTED_KEYS."
    )


def take_in(
    bundle: Bundle, feeds: Sequence[Feed], store: AdvisoryStore, watcher: Watcher, *, force: bool = False
) -> list[Outcome]:
    """How each source of the bundle fared; sources that are not in it stay as they are.

    Raises Conflict when anything in it is older than what is there.
    """
    known = {status.name: status for status in store.sources()}
    older = [member.source for member in bundle.manifest.sources if _is_older(member, known.get(member.source))]
    if older and not force:
        names = ", ".join(older[:5]) + (f" and {len(older) - 5} more" if len(older) > 5 else "")
        raise Conflict(
            f"The bundle of {bundle.manifest.created:%Y-%m-%d %H:%M} UTC is older than what is here ({names}). "
            "--force takes it nevertheless."
        )
    by_name = {feed.name: feed for feed in feeds}
    outcomes = []
    with store.update():
        for number in range(len(bundle.manifest.sources)):
            outcomes.append(_load(bundle, number, by_name, store, watcher=watcher, force=force))
            watcher.end(outcomes[-1])
        if any(outcome.state == "new" for outcome in outcomes):
            watcher.settling()
    return complete(outcomes, store.sources())


def _load(
    bundle: Bundle, number: int, feeds: Mapping[str, Feed], store: AdvisoryStore, *, watcher: Watcher, force: bool
) -> Outcome:
    member = bundle.manifest.sources[number]
    watcher.begin(member.source)
    started, failure, loaded = time.monotonic(), "", Loaded()
    try:
        if member.feed not in feeds:
            raise Malformed(f"this version of Pellucid has no feed {member.feed!r}: update it")
        records = understood(feeds[member.feed], member.source, bundle.records(number))
        checked = member.checked or bundle.manifest.created
        loaded = store.replace(member.source, member.feed, counted(records, watcher), {}, checked=checked, force=force)
    except PellucidError as error:
        failure = error.message
    return Outcome(
        source=member.source,
        feed=member.feed,
        seconds=time.monotonic() - started,
        records=loaded.seen,
        loaded=loaded,
        failure=failure,
    )


def _is_older(member: Member, there: SourceStatus | None) -> bool:
    return bool(there and there.checked and (member.checked is None or member.checked < there.checked))
