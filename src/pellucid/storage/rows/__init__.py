"""One file a noun."""

from pellucid.storage.rows import (
    api_client,
    content_result,
    file,
    finding,
    image,
    inventory,
    job,
    org,
    product,
    role_binding,
    scan,
    temp_file,
    user,
    webhook,
    webhook_attempt,
    webhook_delivery,
)

__all__ = [
    "api_client",
    "content_result",
    "file",
    "finding",
    "image",
    "inventory",
    "job",
    "org",
    "product",
    "role_binding",
    "scan",
    "temp_file",
    "user",
    "webhook",
    "webhook_attempt",
    "webhook_delivery",
]
