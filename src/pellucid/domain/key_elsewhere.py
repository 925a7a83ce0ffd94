"""Where a private key lies besides the image that is judged."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class KeyElsewhere:
    """How many other images of the same product have it, and how many other products. Whose they are is not said."""

    images: int = 0
    products: int = 0
