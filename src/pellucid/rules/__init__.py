"""Rules of others and of one's own: read, checked, made ready, and matched with artefacts. One module an engine."""
