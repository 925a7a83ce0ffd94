"""Artefact -> artefacts, one file each."""
