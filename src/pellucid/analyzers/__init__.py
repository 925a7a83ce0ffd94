"""Analyzers: units that read one artefact and yield facts. ANALYZERS is the list of them; a new one is added here."""

from pellucid.analysis.analyzer import Analyzer
from pellucid.analyzers.components.apk_packages import apk_packages
from pellucid.analyzers.components.dpkg_packages import dpkg_packages
from pellucid.analyzers.components.elf_components import elf_components
from pellucid.analyzers.components.opkg_packages import opkg_packages
from pellucid.analyzers.components.version_strings import version_strings
from pellucid.analyzers.crypto.private_keys import private_keys
from pellucid.analyzers.crypto.public_keys import public_keys
from pellucid.analyzers.crypto.x509_certificates import x509_certificates
from pellucid.analyzers.hardening.unsafe_functions import unsafe_functions

ANALYZERS: tuple[Analyzer, ...] = (
    apk_packages,
    dpkg_packages,
    elf_components,
    opkg_packages,
    version_strings,
    private_keys,
    public_keys,
    x509_certificates,
    unsafe_functions,
)
