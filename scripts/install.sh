#!/bin/sh
# Installs pinned requirements and Pellucid itself into the environment of $PYTHON: install.sh FILE
#
# uv does it in seconds; where uv cannot be had or fails, pip does the same, slower.
set -eu
python=$PYTHON
pins=$1

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "$python is older than Python 3.11; deactivate its environment or make one with a newer Python." >&2
    exit 1
}
"$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip >/dev/null

echo "installing $pins" >&2
# Bytecode is written now: who runs Pellucid later may not be allowed to, or be told not to (PYTHONDONTWRITEBYTECODE),
# and would compile everything at each start.
export UV_COMPILE_BYTECODE=1
if { "$python" -m uv --version >/dev/null 2>&1 || "$python" -m pip install -q "uv==$UV_VERSION"; } &&
    "$python" -m uv pip install -q --python "$python" -r "$pins" &&
    "$python" -m uv pip install -q --python "$python" --no-deps --editable .; then
    :
else
    echo "uv failed, trying pip" >&2
    "$python" -m pip install -q -r "$pins"
    "$python" -m pip install -q --no-deps --editable .
fi
"$python" -m compileall -q src/pellucid
