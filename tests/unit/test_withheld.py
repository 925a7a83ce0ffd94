"""Texts that are shown have no secrets in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.alarm import within

from pellucid.domain.entry import Entry, EntryKind
from pellucid.domain.evidence import Evidence
from pellucid.domain.hardening import Check, Hardening, Verdict
from pellucid.domain.observation import Observation, ObservationKind
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.domain.secret import Secret, Validity
from pellucid.formats.withheld import withheld
from pellucid.pipeline.content import Child, Content, UnitResult, decode, encode
from pellucid.pipeline.withholding import withhold

SECRET = "Bekotirula42"


@pytest.mark.parametrize(
    "text",
    [
        f"MYSQL_ROOT_PASSWORD={SECRET}",
        f"/bin/sh -c #(nop) ENV API_TOKEN={SECRET} PATH=/bin",
        f"mosquitto_pub --password {SECRET} -t a",
        f"wget https://robot:{SECRET}@updates.acme.io/fw",
        f'echo "root:{SECRET}" | chpasswd',
        f"curl -H Authorization: Bearer {SECRET}xyz",
        f"console=ttyS0 psk={SECRET}",
        f"RUN curl -u robot:{SECRET} https://x.acme.io",
        f"sshpass -p {SECRET} ssh root@192.0.2.1",
    ],
)
def test_a_secret_is_withheld(text: str) -> None:
    assert SECRET not in withheld(text)
    assert "***" in withheld(text)


@pytest.mark.parametrize(
    "text",
    [
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef COPY file in /",
        "console=ttyS0,115200 root=/dev/mtdblock3 rootfstype=squashfs",
        "https://updates.acme.io/fw?version=1.2",
        "VERSION=3.11.2",
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert withheld(text) == text


@given(st.text(max_size=300))
def test_any_text_is_withheld_once(text: str) -> None:
    assert isinstance(withheld(text), str)


def test_what_was_seen_as_a_secret_is_in_no_fact_of_the_artefact() -> None:
    shown = f"password={SECRET}", f"a line that ends in the middle: {SECRET[:7]}"
    unit = UnitResult(
        observations=[
            Observation(kind=ObservationKind.KERNEL, name="x", evidence=Evidence(offset=1, seen=text)) for text in shown
        ]
    )
    content = Content(
        sha256="0" * 64,
        size=3,
        identity="i",
        units={"a": unit},
        metadata={"line": shown[0]},
        children=[Child(Entry(name="a/b", kind=EntryKind.FILE))],
    )
    kept = withhold(content, {SECRET.encode()})
    assert SECRET[:7] not in repr(kept)
    assert kept.metadata == {"line": "password=***"}
    assert kept.children == content.children
    assert kept.units["a"].observations[1].evidence.seen == "a line that ends in the middle: ***"
    assert withhold(content, ()) is content


def test_words_of_ours_stay_what_they_are_whatever_a_secret_is() -> None:
    seen = Evidence(offset=0, seen="password=***")
    secret = Secret(rule="password-assignment", kind="password", redacted="***", fingerprint="ab" * 8, evidence=seen)
    verdict = Hardening(
        subject="password",
        checks=(Check(name="a", verdict=Verdict.NOT_APPLICABLE, reason="it is Applicable"),),
        evidence=seen,
    )
    content = Content(sha256="ab" * 32, size=1, identity="x", units={"u": UnitResult()})
    for fact in (secret, verdict):
        content.units["u"].add(fact)
    kept = decode(encode(withhold(content, {b"determined", b"Undetermined", b"password", b"Applicable"})))
    (found,) = kept.units["u"].secrets
    assert (found, found.validity) == (secret, Validity.UNDETERMINED)
    (judged,) = kept.units["u"].hardening
    assert (judged.subject, judged.checks[0].verdict) == ("password", Verdict.NOT_APPLICABLE)
    assert judged.checks[0].reason == "it is ***"
    assert judged.evidence.seen == "***=***"


def test_the_end_of_a_longer_word_is_no_beginning_of_a_secret() -> None:
    note = Observation(
        kind=ObservationKind.KERNEL, name="x", evidence=Evidence(offset=0, seen="Undetermined"), note="it is determined"
    )
    content = Content(sha256="ab" * 32, size=1, identity="x", units={"u": UnitResult(observations=[note])})
    (kept,) = withhold(content, {b"determined42"}).units["u"].observations
    assert (kept.evidence.seen, kept.note) == ("Undetermined", "it is ***")


def test_thousands_of_secrets_in_thousands_of_texts() -> None:
    """All begin alike, and so do the texts."""
    shown = "a" * 200
    secrets = {f"{'a' * 190}{number:08}".encode() for number in range(1000)}
    problem = Problem(unit="u", kind=ProblemKind.CRASH, message=shown)
    content = Content(sha256="ab" * 32, size=1, identity="x", problems=[problem] * 1000)
    with within(10):
        kept = withhold(content, secrets)
    assert kept.problems == [problem] * 1000


@given(
    st.lists(st.text("ab-", min_size=1, max_size=8), min_size=1, max_size=4),
    st.text("ab-", max_size=12),
)
def test_nothing_of_a_secret_stays(secrets: list[str], text: str) -> None:
    content = Content(sha256="ab" * 32, size=1, identity="x", metadata={"line": text})
    kept = withhold(content, {secret.encode() for secret in secrets}).metadata["line"]
    long = [secret for secret in secrets if len(secret) >= 4]
    assert not any(secret in kept for secret in long)
    for secret in long:
        for length in range(4, len(secret)):
            before = kept[: -length or None]
            assert not (kept.endswith(secret[:length]) and before and not before[-1].isalnum())
    if not any(secret[:4] in text for secret in long):
        assert kept == text
