"""Linux kernels as boot loaders read them: x86 (`x86`), ARM (`arm`), Image and zboot (`flat`), and what is in them.

`compressed` names compressors, `contents` finds the configuration and the initramfs in a kernel that is unpacked.
"""
