"""`pellucid status`: the newest scan of an image, and its counts."""

import json
from argparse import Namespace

from pellucid.cli import exit_codes, images
from pellucid.cli.api_client import ApiClient
from pellucid.cli.terminal import say


def run(arguments: Namespace) -> int:
    """Print the image with its counts."""
    api = ApiClient()
    product_id = api.product_id(arguments.product)
    image_id = api.image_id(product_id, arguments.image)
    image = api.get(f"/api/v4/products/{product_id}/images/{image_id}", withCounts="true")
    if arguments.format == "json":
        say(json.dumps(image, indent=2))
    else:
        images.show(image)
        images.show_problems(api, f"/api/v4/products/{product_id}/images/{image_id}", image)
    return exit_codes.OK
