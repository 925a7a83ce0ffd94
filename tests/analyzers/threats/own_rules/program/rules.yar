
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
