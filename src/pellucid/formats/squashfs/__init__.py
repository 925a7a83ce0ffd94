"""Squashfs 4 (kernel documentation, "Squashfs 4.0 Filesystem", and the layout of squashfs-tools), either byte order."""
