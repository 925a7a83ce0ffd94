"""ext2, ext3 and ext4 (kernel documentation, "ext4 Data Structures and Algorithms")."""
