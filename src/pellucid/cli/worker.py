"""`pellucid worker`: one worker beside a server."""

import importlib
from argparse import Namespace

from pellucid.cli import configuration, exit_codes


def run(arguments: Namespace) -> int:
    """Work until a signal ends it."""
    settings = configuration.load(data_dir=arguments.data_dir)
    # By name: the composition root knows the commands' layer, not the other way round.
    importlib.import_module("pellucid.app").work(settings)
    return exit_codes.OK
