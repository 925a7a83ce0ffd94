"""Settings, read from the environment (PELLUCID_…); docs/reference/settings.md explains each."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import msgspec

from pellucid.errors import ConfigurationError

GIB = 1 << 30
PREFIX = "PELLUCID_"


def _says(description: str) -> dict[str, str]:
    return {"description": description}


@dataclass(kw_only=True)
class Settings:
    """What an operator may change. Sizes are bytes, times seconds."""

    data_dir: Path = field(default=Path("pellucid-data"), metadata=_says("Where everything is kept."))
    database_url: str = field(default="", metadata=_says("SQLAlchemy URL; empty: SQLite in the data directory."))
    host: str = field(default="127.0.0.1", metadata=_says("Address to listen on."))
    port: int = field(default=8080, metadata=_says("Port to listen on; 0 takes a free one."))
    public_url: str = field(
        default="", metadata=_says("How clients reach this server; empty: taken from each request.")
    )
    realm: str = field(default="pellucid", metadata=_says("Name of the token realm."))
    token_lifetime: int = field(default=1800, metadata=_says("Lifetime of an access token."))
    upload_limit: int = field(default=64 * GIB, metadata=_says("Largest accepted upload."))
    upload_url_lifetime: int = field(default=3600, metadata=_says("Lifetime of a signed upload URL."))
    disk_reserve: int = field(
        default=GIB // 2, metadata=_says("Free space that uploads and scans must leave on the disk.")
    )
    workers: int = field(default=1, metadata=_says("Worker processes started by serve; 0: none."))
    processes: int = field(default=0, metadata=_says("Analysis processes of a worker; 0: one per core."))
    lease: float = field(default=20.0, metadata=_says("How long a job belongs to a worker that gives no sign of life."))
    job_attempts: int = field(default=10, metadata=_says("How often a job is begun before it is given up."))
    unit_seconds: float = field(default=120.0, metadata=_says("Time for one artefact in one analysis process."))
    unit_memory: int = field(default=GIB, metadata=_says("Private memory of one analysis process."))
    scan_bytes: int = field(default=32 * GIB, metadata=_says("Most bytes that one scan may unpack."))
    scan_files: int = field(default=500_000, metadata=_says("Most artefacts that one scan may have."))
    scan_ratio: int = field(
        default=100, metadata=_says("Largest expansion of one image in all, beyond the first 4 GiB.")
    )
    scan_depth: int = field(default=24, metadata=_says("Deepest nesting that a scan follows."))
    scan_seconds: float = field(default=4 * 3600.0, metadata=_says("Longest a scan may take."))
    extraction_bytes: int = field(default=8 * GIB, metadata=_says("Most bytes that may come out of one artefact."))
    extraction_files: int = field(default=250_000, metadata=_says("Most entries that may come out of one artefact."))
    extraction_ratio: int = field(
        default=100, metadata=_says("Largest expansion of one artefact, beyond the first 256 MiB.")
    )
    name_length: int = field(
        default=4096, metadata=_says("Longest name of an entry that is kept whole, in characters.")
    )
    certificate_notice: float = field(
        default=90 * 86400.0, metadata=_says("How long before its end a certificate counts as expiring soon.")
    )
    webhook_allow_private: bool = field(default=False, metadata=_says("Let webhooks reach private addresses."))
    webhook_attempts: int = field(default=30, metadata=_says("How often a delivery is tried."))
    webhook_timeout: float = field(default=15.0, metadata=_says("How long a receiver may take to answer."))
    webhook_backoff: float = field(
        default=2.0, metadata=_says("Delay before the second attempt; doubles each time, up to an hour.")
    )

    feeds_wanted: str = field(
        default="", metadata=_says("Sources that `advisories update` fetches, e.g. `kev,epss,nvd,osv/Go`; empty: all.")
    )
    feeds_mirrors: str = field(
        default="",
        metadata=_says(
            "Where feeds are fetched instead of from their publishers: `https://mirror/{host}`, `nvd=https://mirror/nvd`."
        ),
    )
    feeds_nvd_key: str = field(default="", metadata=_says("API key of the NVD; without one its feed files are read."))
    feeds_timeout: float = field(default=60.0, metadata=_says("How long a publisher may be silent."))
    feeds_attempts: int = field(default=5, metadata=_says("How often a request to a publisher is tried."))
    feeds_backoff: float = field(
        default=2.0, metadata=_says("Delay before the second attempt; doubles each time, up to two minutes.")
    )
    feeds_stale: float = field(
        default=7 * 86400.0, metadata=_says("After how long without an update a source counts as out of date.")
    )
    feeds_trusted_keys: str = field(
        default="", metadata=_says("Public keys (`ed25519:…`) whose bundles of advisories are taken in.")
    )

    def variables(self) -> dict[str, str]:
        """As they stand in the environment."""
        return {variable(item.name): str(getattr(self, item.name)) for item in fields(self)}


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{name.upper()}"


def read(environment: Mapping[str, str], **given: Any) -> Settings:
    """The environment, overruled by what is `given` and not None; ConfigurationError names a value that cannot be."""
    stated = {item.name: environment.get(variable(item.name)) for item in fields(Settings)}
    stated |= {name: value for name, value in given.items() if value is not None}
    values = {}
    for item in fields(Settings):
        if (value := stated[item.name]) is not None:
            try:
                values[item.name] = _converted(value, item.type)
            except msgspec.ValidationError as error:
                raise ConfigurationError(f"{variable(item.name)}: {error} (given: {value!r}).") from None
    return Settings(**values)


def _converted(value: Any, wanted: Any) -> Any:
    return Path(value) if wanted is Path else msgspec.convert(value, wanted, strict=False)
