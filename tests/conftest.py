"""What all tests share."""

import pytest
from hypothesis import HealthCheck, settings

# Examples are limited in number, not in time: a machine that is busy with other tests is no failure.
settings.register_profile("pellucid", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pellucid")

pytest_plugins = ["tests.support.databases", "tests.support.api_client"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="rewrite the expected results of golden cases")


@pytest.fixture
def accept(request: pytest.FixtureRequest) -> bool:
    """Whether golden cases take what they see now as what is expected."""
    return bool(request.config.getoption("--accept"))
