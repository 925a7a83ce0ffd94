// Back doors that makers, or others, left in devices and in software, each as it was documented.

rule pellucid_backdoor_dlink_user_agent
{
    meta:
        title = "Authentication is skipped for a secret user agent (D-Link)"
        description = "The web server lets everybody in who sends one fixed user agent, without a password."
        type = "malicious"
        severity = "critical"
        cwe = "CWE-912"
        cve = "CVE-2013-6026"
        reference = "https://nvd.nist.gov/vuln/detail/CVE-2013-6026"
    strings:
        $agent = "xmlset_roodkcableoj28840ybtide"
    condition:
        uint32(0) == 0x464c457f and $agent
}

rule pellucid_backdoor_zyxel_account
{
    meta:
        title = "Fixed administrator account zyfwp (Zyxel)"
        description = "The firmware has an account with a fixed password that its owner neither sees nor can change."
        type = "malicious"
        severity = "critical"
        cwe = "CWE-798"
        cve = "CVE-2020-29583"
        reference = "https://nvd.nist.gov/vuln/detail/CVE-2020-29583"
    strings:
        $account = /(^|\n)zyfwp:[^:\n]{0,128}:[0-9]{1,5}:[0-9]{1,5}:/ private
        $password = "PrOw!aN_fXp"
    condition:
        $account or (uint32(0) == 0x464c457f and $password)
}

rule pellucid_backdoor_alphanetworks_telnet
{
    meta:
        title = "Telnet with a fixed account (Alpha Networks)"
        description = "A script starts telnetd with an account of the maker's, whose password comes with the image."
        type = "malicious"
        severity = "critical"
        cwe = "CWE-798"
        reference = "https://cwe.mitre.org/data/definitions/798.html"
    strings:
        $start = /telnetd[ \t][^\n]{0,80}-u[ \t]*"?Alphanetworks:/
    condition:
        $start
}

rule pellucid_backdoor_xz_5_6
{
    meta:
        title = "Back door of xz 5.6.0 and 5.6.1"
        description = "The library has the code that was slipped into xz-utils and takes over sshd."
        type = "malicious"
        severity = "critical"
        cwe = "CWE-506"
        cve = "CVE-2024-3094"
        reference = "https://nvd.nist.gov/vuln/detail/CVE-2024-3094"
    strings:
        $code = { F3 0F 1E FA 55 48 89 F5 4C 89 CE 53 89 FB 81 E7 00 00 00 80 48 83 EC 28 48 89 54 24 18 48 89 4C 24 10 }
    condition:
        uint32(0) == 0x464c457f and $code
}

rule pellucid_backdoor_open_telnet
{
    meta:
        title = "Telnet without a password"
        description = "A script starts telnetd with a shell in place of the login program: who connects is root."
        type = "suspicious"
        severity = "high"
        cwe = "CWE-306"
        reference = "https://cwe.mitre.org/data/definitions/306.html"
    strings:
        $start = /(^|[\n;&|][ \t]*|\/(s?bin)\/|busybox )telnetd( +-[FKSpb]( *[0-9.]{1,15})?)* +-l *\/bin\/(ba|a)?sh[ \t]*[\r\n;&]/
    condition:
        filesize < 1MB and $start and uint16be(0) == 0x2321
}

rule pellucid_backdoor_reverse_shell
{
    meta:
        title = "A script opens a shell to another machine"
        description = "The script connects a shell to an address of its own: who listens there has the device."
        type = "malicious"
        severity = "critical"
        cwe = "CWE-506"
        reference = "https://attack.mitre.org/techniques/T1059/004/"
    strings:
        $bash = /bash -i *>& *\/dev\/tcp\/[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\/[0-9]{1,5} +0>&1/
        $nc = /\bnc +([0-9]{1,3}\.){3}[0-9]{1,3} +[0-9]{1,5} +-e +\/bin\/(ba)?sh/
        $fifo = /mkfifo +(\/[\w.]+)+ *;[^\n]{0,80}\/bin\/sh -i 2>&1 *\| *nc +([0-9]{1,3}\.){3}[0-9]{1,3}/
    condition:
        filesize < 1MB and uint16be(0) == 0x2321 and any of them
}
