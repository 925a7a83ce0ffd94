"""How servers are set up: web servers, file servers, databases, brokers, SNMP, UPnP, wireless access points."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analyzers import checked_settings

# In each file that one of the checks is about, one of these stands.
MARKS = (
    b"autoindex",
    b"user root",
    b"user  root",
    b"User root",
    b"User #0",
    b"server.username",
    b"server.dir-listing",
    b"dir-listing.activate",
    b"Options",
    b"TraceEnable",
    b"rfc1918_filter",
    b"guest ok",
    b"public =",
    b"workgroup",
    b"netbios name",
    b"null passwords",
    b"min protocol",
    b"server min protocol",
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
    b"secname",
    b"secure_mode",
    b"ssid=",
    b"encryption",
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

# Below the folder of settings, whatever that is called exactly.
FILES = (
    *("nginx.conf", "nginx/*.conf", "nginx/*/*", "lighttpd*.conf", "lighttpd/*.conf", "lighttpd/conf-enabled/*.conf"),
    *("httpd.conf", "apache2/*.conf", "apache2/conf-enabled/*.conf", "apache2/sites-enabled/*", "httpd/conf*/*.conf"),
    *("config/*", "smb.conf", "samba/smb.conf", "vsftpd.conf", "vsftpd/*.conf", "mosquitto.conf", "mosquitto/*.conf"),
    *("mosquitto/conf.d/*.conf", "redis.conf", "redis/*.conf", "my.cnf", "mysql/*.cnf", "mysql/*.conf.d/*.cnf"),
    *("my.cnf.d/*.cnf", "rsyncd.conf", "snmpd.conf", "snmp/snmpd.conf", "miniupnpd.conf", "miniupnpd/*.conf"),
    *("hostapd*.conf", "hostapd/*.conf"),
)


@analyzer(
    name="server_settings",
    version=2,
    stage=Stage.HARDENING,
    wants=checked_settings.wanted(*MARKS),
    # Examples lie elsewhere.
    named=(
        *(f"etc*/{name}" for name in FILES),
        *(f"conf/{name}" for name in ("nginx.conf", "httpd.conf", "lighttpd.conf")),
    ),
)
def server_settings(artefact: Artefact) -> Iterator[Fact]:
    """Judge how servers are set up: access without a password, rights of root, listings of folders, unsafe protocols.

    Files of all servers are read as what they may be: a directive that no other server has tells which it is.
    """
    yield from checked_settings.verdicts(artefact, *SUBJECTS)
