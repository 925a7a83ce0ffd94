"""Settings: what the environment says, what an option overrules, and what cannot be."""

from pathlib import Path

import pytest

from pellucid.errors import ConfigurationError
from pellucid.settings import Settings, read


def test_the_environment_is_read_and_options_win() -> None:
    environment = {"PELLUCID_PORT": "9000", "PELLUCID_DATA_DIR": "/srv/p", "PELLUCID_LEASE": "1.5", "OTHER": "x"}
    found = read(environment, port=9001, host=None)
    assert (found.port, found.data_dir, found.lease, found.host) == (9001, Path("/srv/p"), 1.5, "127.0.0.1")


@pytest.mark.parametrize(("text", "value"), [("true", True), ("1", True), ("false", False), ("False", False)])
def test_truth_values(text: str, *, value: bool) -> None:
    assert read({"PELLUCID_WEBHOOK_ALLOW_PRIVATE": text}).webhook_allow_private is value


def test_what_was_written_is_read_again() -> None:
    settings = read({}, data_dir=Path("x"), scan_depth=7, webhook_allow_private=True)
    assert read(settings.variables()) == settings
    assert read({}) == Settings()


@pytest.mark.parametrize(
    ("name", "text"), [("PORT", "many"), ("LEASE", ""), ("WEBHOOK_ALLOW_PRIVATE", "perhaps"), ("SCAN_BYTES", "8 GB")]
)
def test_a_value_that_cannot_be_is_named(name: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=f"PELLUCID_{name}: .*given: '{text}'"):
        read({f"PELLUCID_{name}": text})
