"""F2FS (Linux, Documentation/filesystems/f2fs.rst and include/linux/f2fs_fs.h)."""
