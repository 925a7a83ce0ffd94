"""`pellucid serve`: the whole platform in one process tree."""

import importlib
from argparse import Namespace

from pellucid.cli import configuration, exit_codes


def run(arguments: Namespace) -> int:
    """Serve until a signal ends it."""
    settings = configuration.load(
        data_dir=arguments.data_dir, host=arguments.host, port=arguments.port, workers=arguments.workers
    )
    # By name: the composition root knows the commands' layer, not the other way round.
    importlib.import_module("pellucid.app").serve(settings)
    return exit_codes.OK
