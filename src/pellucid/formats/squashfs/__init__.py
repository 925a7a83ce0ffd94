"""Squashfs 1 to 4 (kernel documentation, "Squashfs 4.0 Filesystem", and the layouts of squashfs-tools)."""
