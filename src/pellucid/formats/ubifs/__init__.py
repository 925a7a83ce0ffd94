"""UBIFS, a file system on top of UBI (Linux, fs/ubifs/ubifs-media.h)."""
