"""The tables of the store. What is kept of each record is its raw form, too: a newer program understands it again.

record     a record of a feed: `names` and `body` are what is understood of it (but for `affected`), `raw` as published
mention    the names that a record gives: its own and their aliases (kind 0), what it is about without being it (kind 1)
affected   what a record says of a subject
about      which vulnerabilities a record speaks of, by the names under which they are consolidated
vulnerability, history   what all records together say of one, and what they said before
renamed    the name under which a vulnerability is kept, by each of its other names
dirty      names whose records have changed and that are not consolidated yet
change     subjects (and, with an empty ecosystem, vulnerabilities) by the revision that last changed them
"""

VERSION = 1

TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE source (
  name TEXT PRIMARY KEY, feed TEXT NOT NULL, version INTEGER NOT NULL, records INTEGER NOT NULL,
  faults INTEGER NOT NULL, newest TEXT NOT NULL, checked TEXT NOT NULL, updated TEXT NOT NULL,
  digest TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE record (
  key BIGINT PRIMARY KEY, source TEXT NOT NULL, id TEXT NOT NULL, modified TEXT NOT NULL, digest {bytes} NOT NULL,
  fault TEXT NOT NULL, live INTEGER NOT NULL, body {bytes} NOT NULL, raw {bytes} NOT NULL);
CREATE UNIQUE INDEX record_by_id ON record (source, id);
CREATE TABLE mention (key BIGINT NOT NULL, kind INTEGER NOT NULL, name TEXT NOT NULL);
CREATE INDEX mention_by_key ON mention (key);
CREATE INDEX mention_by_name ON mention (name);
CREATE TABLE affected (key BIGINT NOT NULL, ecosystem TEXT NOT NULL, name TEXT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX affected_by_key ON affected (key);
CREATE INDEX affected_by_subject ON affected (ecosystem, name);
CREATE TABLE about (key BIGINT NOT NULL, vulnerability TEXT NOT NULL);
CREATE INDEX about_by_key ON about (key);
CREATE INDEX about_by_vulnerability ON about (vulnerability);
CREATE TABLE vulnerability (
  name TEXT PRIMARY KEY, id TEXT NOT NULL, published TEXT NOT NULL, modified TEXT NOT NULL, score {real},
  epss {real}, maturity {real} NOT NULL, kev INTEGER NOT NULL, ransomware INTEGER NOT NULL, live INTEGER NOT NULL,
  escalated TEXT NOT NULL, digest {bytes} NOT NULL, body {bytes} NOT NULL);
CREATE UNIQUE INDEX vulnerability_by_id ON vulnerability (id);
CREATE INDEX vulnerability_by_published ON vulnerability (published);
CREATE INDEX vulnerability_by_modified ON vulnerability (modified);
CREATE INDEX vulnerability_by_maturity ON vulnerability (maturity);
CREATE TABLE history (id TEXT PRIMARY KEY, name TEXT NOT NULL, replaced TEXT NOT NULL, body {bytes} NOT NULL);
CREATE INDEX history_by_name ON history (name);
CREATE TABLE renamed (alias TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE INDEX renamed_by_name ON renamed (name);
CREATE TABLE dirty (name TEXT PRIMARY KEY);
CREATE TABLE change (ecosystem TEXT NOT NULL, name TEXT NOT NULL, revision BIGINT NOT NULL,
  PRIMARY KEY (ecosystem, name));
CREATE INDEX change_by_revision ON change (revision);
"""
