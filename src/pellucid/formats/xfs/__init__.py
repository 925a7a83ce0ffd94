"""XFS, versions 4 and 5 (kernel documentation, "XFS Filesystem Disk Structures", 3rd edition)."""
