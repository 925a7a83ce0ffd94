"""Protection of wireless networks that an image is configured for."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analyzers import configured_crypto


@analyzer(
    name="wireless_settings",
    version=1,
    stage=Stage.CRYPTO,
    wants=configured_crypto.wanted("wireless"),
    most_facts=500,
    named=("hostapd*.conf", "wpa_supplicant*.conf", "wpa_supplicant/*.conf", "config/wireless"),
)
def wireless_settings(artefact: Artefact) -> Iterator[Fact]:
    """Read how hostapd, wpa_supplicant and OpenWrt protect wireless networks: WEP, WPA and its versions, ciphers.

    Keys and passwords are never shown.
    """
    yield from configured_crypto.uses(artefact, "wireless")
