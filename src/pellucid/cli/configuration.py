"""Settings of a command: the environment, overruled by its options."""

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
