"""Settings, read from the environment (PELLUCID_…); docs/reference/settings.md explains each."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

GIB = 1 << 30


class Settings(BaseSettings):
    """What an operator may change. Sizes are bytes, times seconds."""

    model_config = SettingsConfigDict(env_prefix="PELLUCID_", extra="ignore")

    data_dir: Path = Field(default=Path("pellucid-data"), description="Where everything is kept.")
    database_url: str = Field(default="", description="SQLAlchemy URL; empty: SQLite in the data directory.")
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8080, description="Port to listen on; 0 takes a free one.")
    public_url: str = Field(default="", description="How clients reach this server; empty: taken from each request.")
    realm: str = Field(default="pellucid", description="Name of the token realm.")
    token_lifetime: int = Field(default=1800, description="Lifetime of an access token.")
    upload_limit: int = Field(default=64 * GIB, description="Largest accepted upload.")
    upload_url_lifetime: int = Field(default=3600, description="Lifetime of a signed upload URL.")
    disk_reserve: int = Field(default=GIB // 2, description="Free space that uploads and scans must leave on the disk.")
    workers: int = Field(default=1, description="Worker processes started by serve; 0: none.")
    processes: int = Field(default=0, description="Analysis processes of a worker; 0: one per core.")
    lease: float = Field(default=20.0, description="How long a job belongs to a worker that gives no sign of life.")
    job_attempts: int = Field(default=10, description="How often a job is begun before it is given up.")
    unit_seconds: float = Field(default=120.0, description="Time for one artefact in one analysis process.")
    unit_memory: int = Field(default=GIB, description="Private memory of one analysis process.")
    scan_bytes: int = Field(default=32 * GIB, description="Most bytes that one scan may unpack.")
    scan_files: int = Field(default=500_000, description="Most artefacts that one scan may have.")
    scan_ratio: int = Field(default=100, description="Largest expansion of one image in all, beyond the first 4 GiB.")
    scan_depth: int = Field(default=24, description="Deepest nesting that a scan follows.")
    scan_seconds: float = Field(default=4 * 3600.0, description="Longest a scan may take.")
    extraction_bytes: int = Field(default=8 * GIB, description="Most bytes that may come out of one artefact.")
    extraction_files: int = Field(default=250_000, description="Most entries that may come out of one artefact.")
    extraction_ratio: int = Field(
        default=100, description="Largest expansion of one artefact, beyond the first 256 MiB."
    )
    name_length: int = Field(default=4096, description="Longest name of an entry that is kept whole, in characters.")
    webhook_allow_private: bool = Field(default=False, description="Let webhooks reach private addresses.")
    webhook_attempts: int = Field(default=30, description="How often a delivery is tried.")
    webhook_timeout: float = Field(default=15.0, description="How long a receiver may take to answer.")
    webhook_backoff: float = Field(
        default=2.0, description="Delay before the second attempt; doubles each time, up to an hour."
    )
