"""Golden inputs of the units that judge how a system is set up: servers, logins, sudo, PAM, NFS, what is started."""

from collections.abc import Iterator

from tests.support.golden_case import Case

SSHD = b"""# PermitEmptyPasswords yes
Include /etc/ssh/sshd_config.d/*.conf
PermitRootLogin yes   # for the time being
permitrootlogin no
X11Forwarding=yes
Match User guest
    PermitEmptyPasswords yes
    StrictModes no
Match all
HostbasedAuthentication yes
"""
SSHD_SAFE = b"Port 22\nPermitRootLogin prohibit-password\nPasswordAuthentication no\n"
DROPBEAR = b"config dropbear\n\toption PasswordAuth 'on'\n\toption RootPasswordAuth 'on'\n\toption Port '22'\n"
NGINX = b"""user root;
events { worker_connections 768; }
http {
    server_tokens off;
    # autoindex on;
    server { location /files { autoindex on; } }
}
"""
SAMBA = b"""[global]
    workgroup = HOME
    map to guest = Bad User
    server min protocol = NT1
; null passwords = yes
[music]
    path = /srv/music
    guest ok = yes
[drop]
    path = /srv/drop
    guest ok = yes
    read only = no
[homes]
    read only = no
"""
VSFTPD = b"listen=YES\nanonymous_enable=YES\nwrite_enable=YES\nanon_upload_enable=YES\nssl_enable=NO\n"
SNMPD = b"rocommunity public default -V systemonly\nrwcommunity not-for-everybody 10.0.0.0/8\n"
REDIS = b"bind 127.0.0.1 -::1\nprotected-mode no\nport 6379\n"
REDIS_OPEN = b"bind 0.0.0.0\nprotected-mode no\nport 6379\n"
HOSTAPD = b"interface=wlan0\nssid=guests\nhw_mode=g\nchannel=1\n#wpa=2\n"
SYSCTL = b"kernel.randomize_va_space = 0\nfs.suid_dumpable=2\n#vm.mmap_min_addr = 0\nnet.ipv4.ip_forward=1\n"
LOGIN = b"MAIL_DIR\t/var/mail\nUMASK\t\t022\nENCRYPT_METHOD MD5 # as before\n"
PASSWD = b"""root:x:0:0:root:/root:/bin/ash
admin:$1$abcdefgh$0123456789012345678901:0:0:Admin:/:/bin/sh
guest::500:500::/tmp:/bin/sh
nobody::99:99::/:/bin/false
daemon:*:1:1::/:/bin/sh
"""
SHADOW = b"root::10933:0:99999:7:::\nbin:*:10933:0:99999:7:::\nuser:$6$salt$hash:19000:0:99999:7:::\n"
LOCKED = b"root:*:19000:0:99999:7:::\n"
SUDOERS = b"""Defaults env_reset, mail_badpass
Defaults env_keep += "LANG LD_PRELOAD"
User_Alias OPERATORS = ann, bob
Cmnd_Alias EDIT = /usr/bin/vi, \\
    /usr/bin/less
root ALL=(ALL:ALL) NOPASSWD: ALL
%sudo ALL=(ALL:ALL) ALL
OPERATORS ALL = NOPASSWD: EDIT, PASSWD: ALL
%wheel ALL=(ALL) NOPASSWD: ALL
www-data ALL=(root) NOPASSWD: /usr/bin/systemctl restart nginx
# ALL ALL=(ALL) NOPASSWD: ALL
#includedir /etc/sudoers.d
"""
SUDOERS_SAFE = b"Defaults env_reset\nroot ALL=(ALL) ALL\nbackup ALL=NOPASSWD: /usr/bin/rsync --server /srv\n"
PAM = b"auth\tsufficient\tpam_permit.so\nauth required pam_unix.so nullok\naccount required pam_permit.so\n"
PAM_SAFE = b"""auth [success=1 default=ignore] pam_unix.so
auth requisite pam_deny.so
auth required pam_permit.so
"""
EXPORTS = b"/srv/all *(rw,no_root_squash)\n/srv/one 10.0.0.2(ro,sync) 10.0.0.3(rw,sync)\n#/srv/none *(rw)\n"
EXPORTS_SAFE = b"/srv/one 10.0.0.2(rw,root_squash,no_subtree_check)\n/srv/two *(ro,no_root_squash)\n"
RCS = b"""#!/bin/sh
TELNETD=/usr/sbin/telnetd
OPTIONS="-F -l /bin/sh"
case "$1" in
  telnetd) echo telnetd ;;
esac
ftpd() { killall ftpd; }
[ -x /usr/sbin/utelnetd ] || exit 0
# in.rshd
if test -d /tmp; then $TELNETD ${OPTIONS} & fi
start-stop-daemon --start --exec /usr/sbin/in.tftpd -- -s /srv
start-stop-daemon --stop --exec /usr/sbin/rlogind
busybox tcpsvd -E 0.0.0.0 21 ftpd -w / && dropbear -RB -p 22
"""
QUIET = b"""#!/bin/sh
DAEMON='/usr/sbin/telnetd'
killall telnetd
echo 'start telnetd; ftpd'
[ -e /usr/sbin/telnetd ] && rm /usr/sbin/telnetd
"""
INITTAB = (
    b"::sysinit:/etc/init.d/rcS\nttyS0::respawn:-/bin/sh\ntty1::respawn:/sbin/getty -L tty1\n::once:/usr/sbin/telnetd\n"
)
INETD = b"#ftp stream tcp nowait root /bin/ftpd ftpd\nlogin\tstream\ttcp\tnowait\troot\t/usr/sbin/tcpd\tin.rlogind\n"
INETD_MORE = b"echo stream tcp nowait root internal\n9999 stream tcp nowait root /bin/sh sh -i\n"
XINETD = b"service telnet\n{\n    server = /usr/sbin/in.telnetd\n    disable = no\n}\n"
XINETD_OFF = b"service tftp\n{\n    server = /usr/sbin/in.tftpd\n    disable = yes\n}\n"
DOCKER = b"[Service]\nExecStart=/usr/bin/dockerd -H fd:// \\\n  -H tcp://0.0.0.0:2375\n"
GETTY = b"[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin root --noclear %I $TERM\n"

CONTAINER = b"""{"architecture":"amd64","config":{"User":"0:0","Env":["PATH=/bin","GPG_KEY=ABCD",
"DB_PASSWORD=not-to-be-shown","TOKEN_FILE=/run/t","API_TOKEN=/run/secrets/x","ALLOW_EMPTY_PASSWORD=yes"],"ExposedPorts":{"23/tcp":{},"80/tcp":{}}},
"history":[{"created_by":"/bin/sh -c #(nop) ADD http://example.org/a.tgz in /"},
{"created_by":"RUN |1 NPM_TOKEN=not-to-be-shown /bin/sh -c curl -H 'X: not-to-be-shown' https://a.org/x | sudo sh"},
{"created_by":"RUN /bin/sh -c curl -fsSLk https://example.org/x -o /x # buildkit"}],
"rootfs":{"type":"layers","diff_ids":["sha256:00"]}}"""
CONTAINER_SAFE = b"""{"config":{"User":"1000","ExposedPorts":{"8080/tcp":{}},
"Env":["PATH=/bin","API_TOKEN=example-token"]},"history":[
{"created_by":"RUN /bin/sh -c curl -fsSLO https://example.org/x && sha256sum -c x.sum"}],"rootfs":{"type":"layers"}}"""

UNIT_OPEN = b"[Unit]\nDescription=A server\n[Service]\nExecStart=/usr/sbin/server \\\n  --foreground\n"
UNIT_CONFINED = b"""[Service]
Type=notify
ExecStart=/usr/sbin/server
DynamicUser=yes
CapabilityBoundingSet=
NoNewPrivileges=true
PrivateDevices=yes
ProtectClock=yes
ProtectHome=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_INET AF_INET6
RestrictNamespaces=yes
# SystemCallFilter=@clock
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallArchitectures=native
UMask=0077
IPAddressDeny=any
IPAddressAllow=localhost
"""
UNIT_EARLY = b"[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nExecStart=/sbin/fsck\nUser=root\n"


def cases() -> Iterator[Case]:
    sshd = "hardening/sshd_settings"
    yield Case(f"{sshd}/open", SSHD, "settings of OpenSSH, with comments, repetitions and blocks")
    yield Case(f"{sshd}/safe", SSHD_SAFE, "settings of OpenSSH that let in keys only")
    yield Case(f"{sshd}/dropbear", DROPBEAR, "settings of Dropbear on OpenWrt")
    yield Case(f"{sshd}/prose", b"# about PermitRootLogin\nIt says PasswordAuthentication\n", "text about settings")
    servers = "hardening/server_settings"
    yield Case(f"{servers}/nginx", NGINX, "settings of nginx that list a folder")
    yield Case(f"{servers}/samba", SAMBA, "settings of Samba with shares for guests")
    yield Case(f"{servers}/vsftpd", VSFTPD, "settings of vsftpd that let everybody write")
    yield Case(f"{servers}/snmpd", SNMPD, "settings of Net-SNMP, one community that everybody knows")
    yield Case(f"{servers}/redis-local", REDIS, "settings of Redis that stay on the machine")
    yield Case(f"{servers}/redis-open", REDIS_OPEN, "settings of Redis for everybody")
    yield Case(f"{servers}/hostapd", HOSTAPD, "settings of an open network")
    yield Case(f"{servers}/other", b"[Notes]\n- autoindex; Options {\n", "text with words of settings")
    system = "hardening/system_settings"
    yield Case(f"{system}/sysctl", SYSCTL, "settings of the kernel")
    yield Case(f"{system}/login", LOGIN, "settings of logins")
    yield Case(f"{system}/android", b"ro.secure=1\nro.adb.secure=0\nro.debuggable=0\n", "properties of Android")
    yield Case(f"{system}/comment", b"# kernel.randomize_va_space = 0\n", "a setting that is commented out")
    accounts = "hardening/account_files"
    yield Case(f"{accounts}/passwd", PASSWD, "accounts without a password, and a second root")
    yield Case(f"{accounts}/shadow", SHADOW, "passwords, of which that of root is empty")
    yield Case(f"{accounts}/locked", LOCKED, "passwords that nobody has")
    yield Case(f"{accounts}/prose", b"root: the owner of :/bin/sh\n", "text with colons")
    sudo = "hardening/sudoers"
    yield Case(f"{sudo}/rules", SUDOERS, "rules of sudo with aliases, tags and comments")
    yield Case(f"{sudo}/safe", SUDOERS_SAFE, "rules of sudo that hand out little")
    yield Case(f"{sudo}/prose", b"# NOPASSWD is not used\n", "a file without rules")
    pam = "hardening/pam_rules"
    yield Case(f"{pam}/open", PAM, "rules that let in everybody")
    yield Case(f"{pam}/safe", PAM_SAFE, "rules as Debian has them")
    yield Case(f"{pam}/session", b"session optional pam_unix.so\n", "rules that are not about logins")
    nfs = "hardening/nfs_shares"
    yield Case(f"{nfs}/open", EXPORTS, "a share for everybody, whose root is root")
    yield Case(f"{nfs}/safe", EXPORTS_SAFE, "shares for few, or for reading")
    yield Case(f"{nfs}/comment", b"# /srv *(rw,no_root_squash)\n", "a share that is commented out")
    started = "hardening/insecure_services"
    yield Case(f"{started}/script", RCS, "a script that starts telnet with a shell, tftp, ftp and Dropbear")
    yield Case(f"{started}/quiet", QUIET, "a script that names services and starts none")
    yield Case(f"{started}/inittab", INITTAB, "a table of init with a shell and telnet")
    yield Case(f"{started}/inetd", INETD + INETD_MORE, "a table of inetd")
    yield Case(f"{started}/xinetd", XINETD + XINETD_OFF, "services of xinetd, one switched off")
    yield Case(f"{started}/docker", DOCKER, "a unit that opens Docker to the network")
    yield Case(f"{started}/getty", GETTY, "a unit that logs root in by itself")
    container = "hardening/container_settings"
    yield Case(f"{container}/root", CONTAINER, "an image that runs as root, with secrets and downloads")
    yield Case(f"{container}/safe", CONTAINER_SAFE, "an image with a user of its own")
    yield Case(
        f"{container}/bundle",
        b'{"process": {"user": {"uid": 0}}, "root": {"path": "rootfs"}, "rootfs": 1}',
        "settings of a runtime",
    )
    units = "hardening/unit_sandboxing"
    yield Case(f"{units}/open", UNIT_OPEN, "a service of root that nothing confines")
    yield Case(f"{units}/confined", UNIT_CONFINED, "a service with a user of its own, confined in many ways")
    yield Case(f"{units}/early", UNIT_EARLY, "a service that runs while the system boots")
    part = b"[Service]\nExecStart=\nExecStart=/bin/a --token=b\nProtectHome=yes \\\n\nDocumentation=none\n"
    yield Case(f"{units}/drop_in", part, "a drop-in with a command of its own")
    yield Case(f"{units}/none", b"[Unit]\nDescription=about [Service]\n[Install]\n", "a unit that starts nothing")
