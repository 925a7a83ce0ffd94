"""How servers are set up: web servers, file servers, databases, brokers, SNMP, UPnP, wireless access points."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers import checked_settings

# In each file that one of the checks is about, one of these stands.
MARKS = (
    b"autoindex",
    b"user root",
    b"user  root",
    b"User root",
    b"User #0",
    b"server.username",
    b"dir-listing",
    b"Options",
    b"TraceEnable",
    b"rfc1918_filter",
    b"guest ok",
    b"public =",
    b"workgroup",
    b"netbios name",
    b"null passwords",
    b"min protocol",
    b"anonymous_enable",
    b"local_enable",
    b"allow_anonymous",
    b"protected-mode",
    b"requirepass",
    b"skip-grant-tables",
    b"read only",
    b"rwcommunity",
    b"rocommunity",
    b"com2sec",
    b"option secname",
    b"secure_mode",
    b"ssid=",
    b"option encryption",
)
SUBJECTS = (
    "nginx",
    "lighttpd",
    "apache",
    "uhttpd",
    "samba",
    "vsftpd",
    "mosquitto",
    "redis",
    "mysql",
    "rsyncd",
    "snmpd",
    "snmpdUci",
    "miniupnpd",
    "upnpd",
    "hostapd",
    "wireless",
)


@analyzer(
    name="server_settings",
    version=1,
    stage=Stage.HARDENING,
    wants=contains(*MARKS) & kind("text"),
    named=(
        "nginx.conf",
        "nginx/*.conf",
        "etc*/nginx/*/*",
        "lighttpd*.conf",
        "lighttpd/*.conf",
        "lighttpd/conf-enabled/*.conf",
        "apache2.conf",
        "httpd.conf",
        "apache2/conf-enabled/*.conf",
        "apache2/sites-enabled/*",
        "conf.d/*.conf",
        "etc*/config/*",
        "etc*/smb.conf",
        "etc*/samba/smb.conf",
        "vsftpd.conf",
        "mosquitto.conf",
        "redis.conf",
        "etc*/my.cnf",
        "mysql/*.cnf",
        "*.conf.d/*.cnf",
        "rsyncd.conf",
        "snmpd.conf",
        "miniupnpd.conf",
        "hostapd*.conf",
    ),
)
def server_settings(artefact: Artefact) -> Iterator[Fact]:
    """Judge how servers are set up: access without a password, rights of root, listings of folders, unsafe protocols.

    Files of all servers are read as what they may be: a directive that no other server has tells which it is.
    """
    yield from checked_settings.verdicts(artefact, *SUBJECTS)
