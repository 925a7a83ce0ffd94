"""What all tests share."""

import pytest

pytest_plugins = ["tests.support.databases", "tests.support.api_client"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="rewrite the expected results of golden cases")


@pytest.fixture
def accept(request: pytest.FixtureRequest) -> bool:
    """Whether golden cases take what they see now as what is expected."""
    return bool(request.config.getoption("--accept"))
