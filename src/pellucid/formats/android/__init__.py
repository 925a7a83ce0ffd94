"""Android's images for boot loaders and updates (AOSP: system/tools/mkbootimg, external/avb, system/update_engine)."""
