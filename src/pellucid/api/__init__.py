"""The v4 API."""
