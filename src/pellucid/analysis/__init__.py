"""The kit that extractors, analyzers, matchers and reports are written with."""
