"""btrfs on one device (btrfs documentation, "On-disk Format" and "Data Structures")."""
