"""YAFFS 1 and 2, log-structured file systems on raw NAND with its spare areas (Aleph One, yaffs_guts.h)."""
