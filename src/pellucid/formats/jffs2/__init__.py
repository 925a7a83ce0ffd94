"""JFFS2, the journalling flash file system (Linux, include/uapi/linux/jffs2.h and fs/jffs2)."""
