"""Extractors: artefact -> artefacts, one file each, in the order in which they are asked."""

from pellucid.analysis.extractor import Extractor
from pellucid.extractors.android_boot import android_boot
from pellucid.extractors.android_ota import android_ota
from pellucid.extractors.android_sparse import android_sparse
from pellucid.extractors.android_vbmeta import android_vbmeta
from pellucid.extractors.ar import ar
from pellucid.extractors.btrfs import btrfs
from pellucid.extractors.bzip2 import bzip2
from pellucid.extractors.cab import cab
from pellucid.extractors.compress import compress
from pellucid.extractors.container_image import container_image
from pellucid.extractors.cpio import cpio
from pellucid.extractors.cpio_binary import cpio_binary
from pellucid.extractors.cramfs import cramfs
from pellucid.extractors.dtb import dtb
from pellucid.extractors.dtbo import dtbo
from pellucid.extractors.elf import elf
from pellucid.extractors.erofs import erofs
from pellucid.extractors.exfat import exfat
from pellucid.extractors.ext import ext
from pellucid.extractors.f2fs import f2fs
from pellucid.extractors.fat import fat
from pellucid.extractors.fit import fit
from pellucid.extractors.gpt_disk import gpt_disk
from pellucid.extractors.gzip import gzip
from pellucid.extractors.intel_flash import intel_flash
from pellucid.extractors.intel_hex import intel_hex
from pellucid.extractors.intel_microcode import intel_microcode
from pellucid.extractors.iso9660 import iso9660
from pellucid.extractors.jffs2 import jffs2
from pellucid.extractors.kernel_config import kernel_config
from pellucid.extractors.linux_bzimage import linux_bzimage
from pellucid.extractors.linux_image import linux_image
from pellucid.extractors.linux_zboot import linux_zboot
from pellucid.extractors.linux_zimage import linux_zimage
from pellucid.extractors.lz4 import lz4
from pellucid.extractors.lzh import lzh
from pellucid.extractors.lzip import lzip
from pellucid.extractors.lzma import lzma
from pellucid.extractors.lzop import lzop
from pellucid.extractors.mbr_disk import mbr_disk
from pellucid.extractors.ntfs import ntfs
from pellucid.extractors.option_rom import option_rom
from pellucid.extractors.pe import pe
from pellucid.extractors.qcow2 import qcow2
from pellucid.extractors.rar import rar
from pellucid.extractors.romfs import romfs
from pellucid.extractors.rpm import rpm
from pellucid.extractors.sevenzip import sevenzip
from pellucid.extractors.squashfs import squashfs
from pellucid.extractors.srec import srec
from pellucid.extractors.tar import tar
from pellucid.extractors.tar_v7 import tar_v7
from pellucid.extractors.trx import trx
from pellucid.extractors.ubi import ubi
from pellucid.extractors.ubifs import ubifs
from pellucid.extractors.uboot_env import uboot_env
from pellucid.extractors.udf import udf
from pellucid.extractors.uefi_capsule import uefi_capsule
from pellucid.extractors.uefi_nvar import uefi_nvar
from pellucid.extractors.uefi_volume import uefi_volume
from pellucid.extractors.uf2 import uf2
from pellucid.extractors.uimage import uimage
from pellucid.extractors.vdi import vdi
from pellucid.extractors.vhd import vhd
from pellucid.extractors.vhdx import vhdx
from pellucid.extractors.vmdk import vmdk
from pellucid.extractors.xar import xar
from pellucid.extractors.xfs import xfs
from pellucid.extractors.xz import xz
from pellucid.extractors.yaffs import yaffs
from pellucid.extractors.zip import zip_archive
from pellucid.extractors.zstd import zstd

# Long magics first; formats that are only believed at the start of an artefact last.
EXTRACTORS: tuple[Extractor, ...] = (
    squashfs,
    ubi,
    ubifs,
    erofs,
    cramfs,
    romfs,
    jffs2,
    yaffs,
    uimage,
    trx,
    android_vbmeta,
    android_ota,
    dtbo,
    uboot_env,
    uf2,
    android_boot,
    uefi_volume,
    uefi_nvar,
    uefi_capsule,
    intel_flash,
    option_rom,
    xfs,
    btrfs,
    ntfs,
    exfat,
    f2fs,
    fit,
    dtb,
    linux_bzimage,
    linux_zimage,
    kernel_config,
    elf,
    rpm,
    lzip,
    lzop,
    sevenzip,
    cab,
    rar,
    lzh,
    xar,
    xz,
    zstd,
    lz4,
    zip_archive,
    ar,
    cpio,
    container_image,
    tar,
    bzip2,
    gzip,
    ext,
    fat,
    android_sparse,
    qcow2,
    vmdk,
    vhdx,
    vhd,
    vdi,
    iso9660,
    udf,
    gpt_disk,
    linux_image,
    linux_zboot,
    srec,
    intel_hex,
    lzma,
    compress,
    tar_v7,
    cpio_binary,
    mbr_disk,
    pe,
    intel_microcode,
)
