"""`pellucid wait`: follow the newest scan of an image to its end."""

from argparse import Namespace

from pellucid.cli.api_client import ApiClient
from pellucid.cli.images import finish


def run(arguments: Namespace) -> int:
    """0 when the scan is completed, 2 when it failed, was cancelled or did not end in time."""
    api = ApiClient()
    product_id = api.product_id(arguments.product)
    return finish(api, product_id, api.image_id(product_id, arguments.image), timeout=arguments.timeout)
