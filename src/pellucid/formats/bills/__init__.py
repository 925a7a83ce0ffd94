"""Bills of materials that lie in images: CycloneDX, SPDX 2 and 3, Syft and SWID, read to one list."""
