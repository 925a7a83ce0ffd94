"""UEFI firmware: volumes, files, sections, variables and capsules (UEFI Platform Initialization 1.8, volume 3)."""
