"""What all tests share."""

pytest_plugins = ["tests.support.databases", "tests.support.api_client"]
