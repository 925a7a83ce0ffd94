#!/bin/sh
# Runs the first Python on PATH that is new enough and can make virtual environments: find_python.sh ARGUMENT...
set -eu
for python in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
    if "$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$python" "$@"
    fi
done
echo "Pellucid needs Python 3.11 or newer with the modules venv and ensurepip (Debian: apt-get install python3-venv)." >&2
exit 1
