"""Matchers: facts of an image and advisories -> findings. MATCHERS is the list of them; a new one is added here."""

from pellucid.analysis.matcher import Matcher
from pellucid.matchers.boot_protection import boot_protection
from pellucid.matchers.compromised_keys import compromised_keys
from pellucid.matchers.deleted_secrets import deleted_secrets
from pellucid.matchers.distrusted_anchors import distrusted_anchors
from pellucid.matchers.embedded_private_keys import embedded_private_keys
from pellucid.matchers.expired_certificates import expired_certificates
from pellucid.matchers.expiring_certificates import expiring_certificates
from pellucid.matchers.exposed_secrets import exposed_secrets
from pellucid.matchers.factorable_keys import factorable_keys
from pellucid.matchers.failed_checks import failed_checks
from pellucid.matchers.file_permissions import file_permissions
from pellucid.matchers.implausible_keys import implausible_keys
from pellucid.matchers.known_vulnerabilities import known_vulnerabilities
from pellucid.matchers.matched_rules import matched_rules
from pellucid.matchers.open_accounts import open_accounts
from pellucid.matchers.open_library_paths import open_library_paths
from pellucid.matchers.premature_certificates import premature_certificates
from pellucid.matchers.privileged_programs import privileged_programs
from pellucid.matchers.secure_boot import secure_boot
from pellucid.matchers.self_signed_certificates import self_signed_certificates
from pellucid.matchers.set_id_programs import set_id_programs
from pellucid.matchers.shared_factors import shared_factors
from pellucid.matchers.short_keys import short_keys
from pellucid.matchers.started_services import started_services
from pellucid.matchers.unsafe_calls import unsafe_calls
from pellucid.matchers.unsandboxed_services import unsandboxed_services
from pellucid.matchers.unsound_exponents import unsound_exponents
from pellucid.matchers.verified_data import verified_data
from pellucid.matchers.weak_crypto_settings import weak_crypto_settings
from pellucid.matchers.weak_signatures import weak_signatures

MATCHERS: tuple[Matcher, ...] = (
    boot_protection,
    compromised_keys,
    deleted_secrets,
    distrusted_anchors,
    embedded_private_keys,
    expired_certificates,
    expiring_certificates,
    exposed_secrets,
    factorable_keys,
    failed_checks,
    file_permissions,
    implausible_keys,
    known_vulnerabilities,
    open_accounts,
    matched_rules,
    open_library_paths,
    premature_certificates,
    privileged_programs,
    secure_boot,
    self_signed_certificates,
    set_id_programs,
    shared_factors,
    short_keys,
    started_services,
    unsafe_calls,
    unsandboxed_services,
    unsound_exponents,
    verified_data,
    weak_crypto_settings,
    weak_signatures,
)
