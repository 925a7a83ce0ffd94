"""Matchers: facts of an image and advisories -> findings. MATCHERS is the list of them; a new one is added here."""

from pellucid.analysis.matcher import Matcher
from pellucid.matchers.embedded_private_keys import embedded_private_keys
from pellucid.matchers.expired_certificates import expired_certificates
from pellucid.matchers.known_vulnerabilities import known_vulnerabilities

MATCHERS: tuple[Matcher, ...] = (embedded_private_keys, expired_certificates, known_vulnerabilities)
