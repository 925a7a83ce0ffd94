"""Settings of a command: the environment, overruled by its options."""

import os
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pellucid.errors import ConfigurationError
from pellucid.settings import Settings


def load(**options: Any) -> Settings:
    """Settings with the options that are not None; a value that cannot be is a ConfigurationError naming it."""
    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"PELLUCID_{name.upper()}: {first['msg']} (given: {first['input']!r}).") from None


def cache_dir() -> Path:
    """Where commands without a server keep what may be thrown away (XDG Base Directory Specification)."""
    root = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(root) if root.startswith("/") else Path.home() / ".cache") / "pellucid"
