"""Container images in a tar: `docker save` archives (Docker Image Specification 1.2) and OCI image layouts (1.1).

`archive` finds the blobs, `images` reads manifests and configurations, `layers` merges file systems.
"""
