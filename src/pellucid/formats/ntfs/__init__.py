"""NTFS, versions 1.2 to 3.1 (Linux-NTFS project, "NTFS Documentation"; Microsoft, [MS-FSCC] and [MS-XCA])."""
