"""What matchers ask of the tree of files of an image."""
