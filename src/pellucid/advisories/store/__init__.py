"""The store of advisories: records of all feeds, found by what they speak of; one SQLite file, or PostgreSQL."""
