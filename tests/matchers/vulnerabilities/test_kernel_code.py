"""Which parts of the kernel a vulnerability is in."""

import pytest
from tests.support.statements import known

from pellucid.matchers.vulnerabilities.kernel_code import parts_of

RESOLVED = "In the Linux kernel, the following vulnerability has been resolved:\n\n{}\n\n net/tipc/socket.c:12 ..."


def parts(text: str = "", *files: str, title: str = "") -> list[str]:
    found = parts_of(known("CVE-2024-0001", description=text, title=title), files)
    return [part.options[0] for part in found]


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Bluetooth: L2CAP: Fix use-after-free", ["BT"]),
        ("wifi: ath11k: fix a leak", ["ATH11K"]),
        ("netfilter: nf_tables: reject unsupported families", ["NF_TABLES"]),
        ("usb: gadget: f_fs: fix a race", ["USB_GADGET"]),
        ("ALSA: usb-audio: fix it", ["SND_USB"]),
        ("net: hns3: fix kernel crash", ["HNS3"]),
        ("Drivers: hv: vmbus: leak less", ["HYPERV"]),
        ("drm: bridge: adv7511: fix it", ["DRM", "BRIDGE"]),
        ("scsi: target: tcmu: fix it", ["SCSI", "TARGET_CORE"]),
        ("wifi: rtw88: usb: fix it", ["RTW88", "USB_SUPPORT"]),
        ("net: sched: fix it", []),
        ("fpga: bridge: add owner module", []),
        ("efi: tpm: fix it", []),
        ("phy: usb: fix it", []),
        ("mm: fix a race", []),
        ("fix usb: it was broken", []),
        ("tipc needs no colon", []),
    ],
)
def test_the_heading_of_a_commit_names_them(heading: str, expected: list[str]) -> None:
    assert parts(RESOLVED.format(heading)) == expected


def test_prose_names_sources() -> None:
    assert parts("A leak in net/tipc/socket.c and in include/net/tipc/x.h in the Linux kernel") == ["TIPC"]
    assert parts("A leak in net/core/skbuff.c that net/tipc/socket.c triggers") == []
    assert parts("A leak in kernel/bpf/verifier.c") == ["BPF_SYSCALL"]
    assert parts("A leak in kernel/bpf/core.c") == ["BPF"]
    assert parts("A leak.", title="tipc: fix a leak") == ["TIPC"]
    assert parts("A leak.") == []


def test_sources_that_are_stated_count_more_than_the_text() -> None:
    text = RESOLVED.format("tipc: fix it")
    assert parts(text, "fs/ntfs3/frecord.c", "Documentation/filesystems/ntfs3.rst") == ["NTFS3_FS"]
    assert parts(text, "include/net/bluetooth/hci.h", "net/bluetooth/hci_core.c") == ["BT"]
    assert parts(text, "fs/ntfs3/frecord.c", "mm/page_alloc.c") == []
    assert parts(text, "include/linux/skbuff.h", "drivers/net/tun.c") == []
    assert parts(text, "Documentation/x.rst") == ["TIPC"]
