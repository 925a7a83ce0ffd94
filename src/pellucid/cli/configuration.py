"""Settings of a command: the environment, overruled by its options."""

import os
from typing import Any

from pellucid.settings import Settings, read


def load(**options: Any) -> Settings:
    """Settings with the options that are not None; a value that cannot be is a ConfigurationError naming it."""
    return read(os.environ, **options)
