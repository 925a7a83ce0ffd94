"""Use cases, one file per noun: the only place that joins pipeline and storage."""
