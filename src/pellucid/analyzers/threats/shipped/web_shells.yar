// Pages that run what a visitor sends.

rule pellucid_webshell_php_request
{
    meta:
        title = "A PHP page runs what a visitor sends"
        description = "The page evaluates a field of the request as program text, or gives it to the shell."
        type = "webshell"
        severity = "critical"
        cwe = "CWE-506"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
    strings:
        $php = /<\?(php|=)/ nocase
        $eval = /\b(eval|assert|passthru|system|shell_exec)[ \t]{0,4}\([ \t]{0,4}(@?base64_decode[ \t]{0,4}\([ \t]{0,4})?(stripslashes[ \t]{0,4}\([ \t]{0,4})?\$_(POST|GET|REQUEST|COOKIE)[ \t]{0,4}\[[ \t]{0,4}['"]?\w{1,32}['"]?[ \t]{0,4}\][ \t]{0,4}\)/ nocase
    condition:
        filesize < 2MB and $php and $eval
}

rule pellucid_webshell_php_known
{
    meta:
        title = "A known web shell"
        description = "The page is c99, r57, WSO, b374k or another shell for servers that were broken into."
        type = "webshell"
        severity = "critical"
        cwe = "CWE-506"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
    strings:
        $php = /<\?(php|=)/ nocase
        $c99 = "c99shell" fullword nocase
        $c99_variable = "$c99sh_"
        $r57 = "r57shell" fullword nocase
        $wso = /\$default_action\s{0,4}=\s{0,4}['"]FilesMan['"]/
        $b374k = "b374k" fullword nocase
        $b374k_pass = "$s_pass"
    condition:
        filesize < 2MB and $php and ($c99_variable or $wso or ($b374k and $b374k_pass) or ($c99 and #c99 > 2) or ($r57 and #r57 > 2))
}

rule pellucid_webshell_jsp_request
{
    meta:
        title = "A JSP page runs what a visitor sends"
        description = "The page gives a parameter of the request to the shell."
        type = "webshell"
        severity = "critical"
        cwe = "CWE-506"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
    strings:
        $page = "<%"
        $exec = /getRuntime\(\)\s{0,4}\.\s{0,4}exec\s{0,4}\(\s{0,4}request\s{0,4}\.\s{0,4}getParameter\s{0,4}\(/
    condition:
        filesize < 2MB and $page and $exec
}

rule pellucid_webshell_asp_request
{
    meta:
        title = "An ASP page runs what a visitor sends"
        description = "The page evaluates a field of the request as program text."
        type = "webshell"
        severity = "critical"
        cwe = "CWE-506"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
    strings:
        $page = "<%"
        $eval = /\b(eval|execute)\s{0,4}\(?\s{0,4}request\s{0,4}(\.item\s{0,4})?[(\[]\s{0,4}["']\w{1,32}["']\s{0,4}[)\]]/ nocase
    condition:
        filesize < 2MB and $page and $eval
}
