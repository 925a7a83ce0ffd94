"""Analyzers: units that read one artefact and yield facts. ANALYZERS is the list of them; a new one is added here."""

from pellucid.analysis.analyzer import Analyzer
from pellucid.analyzers.components.alpine_release import alpine_release
from pellucid.analyzers.components.android_manifests import android_manifests
from pellucid.analyzers.components.apk_archives import apk_archives
from pellucid.analyzers.components.apk_packages import apk_packages
from pellucid.analyzers.components.bower_packages import bower_packages
from pellucid.analyzers.components.bsd_packages import bsd_packages
from pellucid.analyzers.components.buildroot_manifests import buildroot_manifests
from pellucid.analyzers.components.bun_locks import bun_locks
from pellucid.analyzers.components.cargo_auditable import cargo_auditable
from pellucid.analyzers.components.cargo_locks import cargo_locks
from pellucid.analyzers.components.composer_installed import composer_installed
from pellucid.analyzers.components.composer_packages import composer_packages
from pellucid.analyzers.components.conan_files import conan_files
from pellucid.analyzers.components.conan_locks import conan_locks
from pellucid.analyzers.components.conda_packages import conda_packages
from pellucid.analyzers.components.container_programs import container_programs
from pellucid.analyzers.components.cron_tables import cron_tables
from pellucid.analyzers.components.cyclonedx_bills import cyclonedx_bills
from pellucid.analyzers.components.dotnet_assemblies import dotnet_assemblies
from pellucid.analyzers.components.dotnet_deps import dotnet_deps
from pellucid.analyzers.components.dotnet_runtime_configs import dotnet_runtime_configs
from pellucid.analyzers.components.dpkg_files import dpkg_files
from pellucid.analyzers.components.dpkg_packages import dpkg_packages
from pellucid.analyzers.components.drupal_projects import drupal_projects
from pellucid.analyzers.components.elf_compilers import elf_compilers
from pellucid.analyzers.components.elf_components import elf_components
from pellucid.analyzers.components.elf_package_notes import elf_package_notes
from pellucid.analyzers.components.erlang_applications import erlang_applications
from pellucid.analyzers.components.esp_applications import esp_applications
from pellucid.analyzers.components.freebsd_packages import freebsd_packages
from pellucid.analyzers.components.gem_specifications import gem_specifications
from pellucid.analyzers.components.gemfile_locks import gemfile_locks
from pellucid.analyzers.components.go_build_info import go_build_info
from pellucid.analyzers.components.go_mod import go_mod
from pellucid.analyzers.components.go_sum import go_sum
from pellucid.analyzers.components.haskell_packages import haskell_packages
from pellucid.analyzers.components.hex_locks import hex_locks
from pellucid.analyzers.components.hex_packages import hex_packages
from pellucid.analyzers.components.image_manifests import image_manifests
from pellucid.analyzers.components.inittab import inittab
from pellucid.analyzers.components.java_manifests import java_manifests
from pellucid.analyzers.components.jdk_releases import jdk_releases
from pellucid.analyzers.components.julia_manifests import julia_manifests
from pellucid.analyzers.components.kernel_configs import kernel_configs
from pellucid.analyzers.components.kernel_modules import kernel_modules
from pellucid.analyzers.components.lua_rocks import lua_rocks
from pellucid.analyzers.components.macho_components import macho_components
from pellucid.analyzers.components.maven_poms import maven_poms
from pellucid.analyzers.components.maven_properties import maven_properties
from pellucid.analyzers.components.mcuboot_images import mcuboot_images
from pellucid.analyzers.components.npm_locks import npm_locks
from pellucid.analyzers.components.npm_packages import npm_packages
from pellucid.analyzers.components.nuget_locks import nuget_locks
from pellucid.analyzers.components.nuget_specs import nuget_specs
from pellucid.analyzers.components.opkg_files import opkg_files
from pellucid.analyzers.components.opkg_packages import opkg_packages
from pellucid.analyzers.components.os_release import os_release
from pellucid.analyzers.components.package_copyrights import package_copyrights
from pellucid.analyzers.components.pacman_files import pacman_files
from pellucid.analyzers.components.pacman_packages import pacman_packages
from pellucid.analyzers.components.pe_components import pe_components
from pellucid.analyzers.components.pe_products import pe_products
from pellucid.analyzers.components.pear_packages import pear_packages
from pellucid.analyzers.components.perl_distributions import perl_distributions
from pellucid.analyzers.components.perl_packlists import perl_packlists
from pellucid.analyzers.components.pipfile_locks import pipfile_locks
from pellucid.analyzers.components.pnpm_locks import pnpm_locks
from pellucid.analyzers.components.pod_locks import pod_locks
from pellucid.analyzers.components.portage_files import portage_files
from pellucid.analyzers.components.portage_packages import portage_packages
from pellucid.analyzers.components.product_signatures import product_signatures
from pellucid.analyzers.components.pub_locks import pub_locks
from pellucid.analyzers.components.python_bytecode import python_bytecode
from pellucid.analyzers.components.python_installed_files import python_installed_files
from pellucid.analyzers.components.python_locks import python_locks
from pellucid.analyzers.components.python_metadata import python_metadata
from pellucid.analyzers.components.python_records import python_records
from pellucid.analyzers.components.python_requirements import python_requirements
from pellucid.analyzers.components.python_vendored import python_vendored
from pellucid.analyzers.components.r_packages import r_packages
from pellucid.analyzers.components.rpm_archives import rpm_archives
from pellucid.analyzers.components.rpm_manifest import rpm_manifest
from pellucid.analyzers.components.rpm_packages import rpm_packages
from pellucid.analyzers.components.rust_crates import rust_crates
from pellucid.analyzers.components.script_components import script_components
from pellucid.analyzers.components.slackware_packages import slackware_packages
from pellucid.analyzers.components.snap_packages import snap_packages
from pellucid.analyzers.components.soft_devices import soft_devices
from pellucid.analyzers.components.spdx_bills import spdx_bills
from pellucid.analyzers.components.swid_tags import swid_tags
from pellucid.analyzers.components.swift_locks import swift_locks
from pellucid.analyzers.components.syft_bills import syft_bills
from pellucid.analyzers.components.systemd_services import systemd_services
from pellucid.analyzers.components.vcpkg_ports import vcpkg_ports
from pellucid.analyzers.components.web_libraries import web_libraries
from pellucid.analyzers.components.wordpress_parts import wordpress_parts
from pellucid.analyzers.components.yarn_locks import yarn_locks
from pellucid.analyzers.components.yocto_builds import yocto_builds
from pellucid.analyzers.components.yocto_licences import yocto_licences
from pellucid.analyzers.crypto.private_keys import private_keys
from pellucid.analyzers.crypto.public_keys import public_keys
from pellucid.analyzers.crypto.x509_certificates import x509_certificates
from pellucid.analyzers.hardening.unsafe_functions import unsafe_functions

ANALYZERS: tuple[Analyzer, ...] = (
    alpine_release,
    android_manifests,
    apk_archives,
    apk_packages,
    bower_packages,
    bsd_packages,
    buildroot_manifests,
    bun_locks,
    cargo_auditable,
    cargo_locks,
    composer_installed,
    composer_packages,
    conan_files,
    conan_locks,
    conda_packages,
    container_programs,
    cron_tables,
    cyclonedx_bills,
    dotnet_assemblies,
    dotnet_deps,
    dotnet_runtime_configs,
    dpkg_files,
    dpkg_packages,
    drupal_projects,
    elf_compilers,
    elf_components,
    elf_package_notes,
    erlang_applications,
    esp_applications,
    freebsd_packages,
    gem_specifications,
    gemfile_locks,
    go_build_info,
    go_mod,
    go_sum,
    haskell_packages,
    hex_locks,
    hex_packages,
    image_manifests,
    inittab,
    java_manifests,
    jdk_releases,
    julia_manifests,
    kernel_configs,
    kernel_modules,
    lua_rocks,
    macho_components,
    maven_poms,
    maven_properties,
    mcuboot_images,
    npm_locks,
    npm_packages,
    nuget_locks,
    nuget_specs,
    opkg_files,
    opkg_packages,
    os_release,
    package_copyrights,
    pacman_files,
    pacman_packages,
    pe_components,
    pe_products,
    pear_packages,
    perl_distributions,
    perl_packlists,
    pipfile_locks,
    pnpm_locks,
    pod_locks,
    portage_files,
    portage_packages,
    product_signatures,
    pub_locks,
    python_bytecode,
    python_installed_files,
    python_locks,
    python_metadata,
    python_records,
    python_requirements,
    python_vendored,
    r_packages,
    rpm_archives,
    rpm_manifest,
    rpm_packages,
    rust_crates,
    script_components,
    slackware_packages,
    snap_packages,
    soft_devices,
    spdx_bills,
    swid_tags,
    swift_locks,
    syft_bills,
    systemd_services,
    vcpkg_ports,
    web_libraries,
    wordpress_parts,
    yarn_locks,
    yocto_builds,
    yocto_licences,
    private_keys,
    public_keys,
    x509_certificates,
    unsafe_functions,
)
