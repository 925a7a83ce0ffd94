"""Artefact -> facts, one file each."""
