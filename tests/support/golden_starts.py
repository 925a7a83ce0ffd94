"""Golden inputs of the units that tell what an image runs: scripts, and the tables of what is started."""

from collections.abc import Iterator

from tests.support.golden_case import Case

SHELL = b"""#!/bin/sh /etc/rc.common
# starts /bin/never, in a comment
PROG=/usr/sbin/dropbear
[ -x "$PROG" ] || exit 0
start() {
    if test -f /etc/keys; then dropbearkey -t rsa -f /etc/keys; fi
    mount -t proc proc /proc && exec /usr/sbin/telnetd -l /bin/login
    for i in $(ls /etc/rc.d/S*); do $i start; done
}
"""
PYTHON = b"""#!/usr/bin/env -S python3.11 -u
# import never
import os, json as j
from yaml.reader import Reader
print("import nothing")
"""
UNIT = b"""[Unit]
Description=A server
[Service]
ExecStartPre=-/usr/bin/install -d /run/a
ExecStart=@/usr/sbin/server serverd --foreground
ExecStop=/usr/bin/killall server
[Install]
WantedBy=multi-user.target
"""
INITTAB = b"""# /etc/inittab
::sysinit:/etc/init.d/rcS
::respawn:-/bin/sh
ttyS0::respawn:/sbin/getty -L ttyS0 115200 vt100
2:2345:wait:/etc/rc 2
::shutdown:/etc/init.d/rcK
::ctrlaltdel:/sbin/reboot
#::once:/bin/never
"""
CRON = b"""SHELL=/bin/sh
# m h dom mon dow user command
17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly
*/5 0-6 * JAN-MAR MON-FRI /usr/bin/collect >/dev/null
@reboot /usr/sbin/prepare
# 1 2 3 4 5 /bin/never
"""
INETD = b"""#telnet stream tcp nowait root /bin/never telnetd
ftp\tstream\ttcp\tnowait\troot\t/usr/sbin/ftpd ftpd -w
tftp dgram udp wait nobody.tftp /usr/sbin/tftpd tftpd /srv
"""
XINETD = b"""service telnet
{
    disable = no
    server          = /usr/sbin/in.telnetd
    server_args = -h
}
"""
CONTAINER = (
    b'{"architecture":"amd64","config":{"Env":["PATH=/bin"],"Entrypoint":["/bin/start","--all of it"],"Cmd":["serve"],'
    b'"Healthcheck":{"Test":["CMD","/bin/check"]}},"rootfs":{"type":"layers","diff_ids":["sha256:00"]}}'
)
SHELL_FORM = b'{"config":{"Cmd":"exec /bin/serve"},"rootfs":{"type":"layers"}}'


def cases() -> Iterator[Case]:
    scripts = "components/script_components"
    yield Case(f"{scripts}/shell", SHELL, "a script for init, with its calls")
    yield Case(f"{scripts}/python", PYTHON, "a Python program that env starts, with its imports")
    yield Case(f"{scripts}/text", b"text that speaks of #!/bin/sh\n", "text that is no script")
    units = "components/systemd_services"
    yield Case(f"{units}/unit", UNIT, "a unit of a service")
    yield Case(f"{units}/dbus", b"[D-BUS Service]\nName=a.b\nExec=/usr/bin/b --session\n", "a service of D-Bus")
    yield Case(f"{units}/target", b"[Unit]\nDescription=ExecStart is not here\n", "a unit that starts nothing")
    yield Case("components/inittab/busybox", INITTAB, "a table of BusyBox with a line of sysvinit")
    yield Case("components/inittab/prose", b"use :respawn: to keep it running\n", "text about a table")
    tables = "components/cron_tables"
    yield Case(f"{tables}/cron", CRON, "a table of the system's cron")
    yield Case(f"{tables}/inetd", INETD, "a table of inetd")
    yield Case(f"{tables}/xinetd", XINETD, "a service of xinetd")
    yield Case(f"{tables}/prose", b"# nothing is started\nMAILTO=root\n", "a table without commands")
    programs = "components/container_programs"
    yield Case(f"{programs}/exec", CONTAINER, "an image with an entry point, arguments and a check")
    yield Case(f"{programs}/shell", SHELL_FORM, "an image whose command is for a shell")
    yield Case(f"{programs}/other", b'{"rootfs": {"path": "rootfs"}, "process": {}}', "a runtime's configuration")
    damaged = b'{"config":{"Entrypoint":["\xb2k"]},"rootfs":{"type":"layers"}}'
    yield Case(f"{programs}/damaged", damaged, "a configuration that is no UTF-8")
