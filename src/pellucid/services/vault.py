"""The vault: secrets that Pellucid needs in clear again, encrypted at rest (Fernet, github.com/fernet/spec)."""

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from pellucid.errors import ConfigurationError
from pellucid.services.key_files import key_file


class Vault:
    """Its key is a file in `keys_dir`, made when it is not there: a stolen database alone gives no secret away."""

    def __init__(self, keys_dir: Path) -> None:
        self._fernet = Fernet(key_file(keys_dir / "vault.key", Fernet.generate_key))

    def encrypt(self, secret: str) -> str:
        """ASCII text to store."""
        return self._fernet.encrypt(secret.encode()).decode("ascii")

    def decrypt(self, stored: str) -> str:
        """The secret again. ConfigurationError when another key has encrypted it."""
        try:
            return self._fernet.decrypt(stored.encode()).decode()
        except InvalidToken as error:
            message = "A stored secret cannot be read: is keys/vault.key in the data directory the original one?"
            raise ConfigurationError(message) from error
