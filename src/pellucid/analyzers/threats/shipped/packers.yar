// Programs whose code was hidden before they were shipped.

rule pellucid_packed_upx
{
    meta:
        title = "A program packed with UPX"
        description = "The program unpacks itself when it runs: what it does was not seen by any other check."
        type = "packer"
        severity = "low"
        reference = "https://attack.mitre.org/techniques/T1027/002/"
    strings:
        $info = "$Info: This file is packed with the UPX executable packer"
        $section = { 55 50 58 30 00 00 00 00 [32] 55 50 58 31 00 00 00 00 }
        $mark = "UPX!"
    condition:
        (uint32(0) == 0x464c457f and $info and #mark > 1) or (uint16(0) == 0x5a4d and $section in (0..4096) and $mark)
}
