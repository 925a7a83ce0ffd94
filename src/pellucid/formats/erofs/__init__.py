"""EROFS (kernel documentation, "EROFS - Enhanced Read-Only File System", and its layout in `fs/erofs/erofs_fs.h`)."""
