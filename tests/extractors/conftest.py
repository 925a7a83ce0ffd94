"""One sample tree for all tests of archives and file systems; nobody writes to it."""

from pathlib import Path

import pytest
from tests.support import trees


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trees.plant(tmp_path_factory.mktemp("tree") / "root")
