#!/bin/sh
# Starts Pellucid on its embedded default, uploads the sample image as any client would, follows the scan, shows its counts.
# Run by `make demo`; the server goes on until `make down`.
#
# Environment: BIN folder of the pellucid command, SAMPLE the image, PORT (default: 8080, or a free one when that is taken).
set -eu
work=$PWD/.work/demo
log=$work/server.log
mkdir -p "$work"

die() {
    echo "demo: $*" >&2
    if [ -s "$log" ]; then
        echo "demo: last lines of $log:" >&2
        tail -n 20 "$log" >&2
    fi
    exit 1
}

running() { # is the server of an earlier demo there, and is that process still ours?
    [ -s "$work/pid" ] && tr '\0' ' ' <"/proc/$(cat "$work/pid")/cmdline" 2>/dev/null | grep -qF "$work/data"
}

free_port() {
    "$BIN/python" - "${PORT:-8080}" <<'PYTHON'
import socket
import sys

for wanted in (int(sys.argv[1]), 0):
    try:
        with socket.create_server(("127.0.0.1", wanted)) as listener:
            print(listener.getsockname()[1])
            break
    except OSError:
        continue
PYTHON
}

# The server.

if running; then
    port=$(cat "$work/port")
    echo "Pellucid is running already (process $(cat "$work/pid"))."
else
    port=$(free_port)
    echo "$port" >"$work/port"
    nohup "$BIN/pellucid" serve --data-dir "$work/data" --port "$port" >"$log" 2>&1 </dev/null &
    echo $! >"$work/pid"
fi
API=http://127.0.0.1:$port
printf 'Waiting for %s ' "$API"
tries=0
until curl -fs --max-time 5 "$API/healthz" >/dev/null 2>&1; do
    running || die "the server ended"
    tries=$((tries + 1))
    [ "$tries" -lt 240 ] || die "the server did not become ready within 2 minutes"
    printf .
    sleep 0.5
done
echo ' ready'

# A token, a product.

credentials=$work/data/credentials.json
TOKEN=$(curl -fsS "$API/realms/pellucid/protocol/openid-connect/token" \
    --data grant_type=client_credentials \
    --data-urlencode "client_id=$(jq -r .clientId "$credentials")" \
    --data-urlencode "client_secret=$(jq -r .clientSecret "$credentials")" | jq -r .access_token) || die "no token"

product=$(curl -fsS "$API/api/v4/products" --header "Authorization: Bearer $TOKEN" --json '{"name": "demo router '"$(date +%s)"'"}') ||
    die "the product was not created"
P=$(printf %s "$product" | jq -r .id)

# The documented job: upload, then poll.

version=$(date -u +%Y%m%d.%H%M%S)
echo "Uploading $SAMPLE ($(wc -c <"$SAMPLE") bytes)"
image=$(curl -fsS --request POST --url "$API/api/v4/products/$P/images:upload" \
    --header "Authorization: Bearer $TOKEN" --header 'Content-Type: multipart/form-data' \
    --form imageName=router --form "version=$version" --form "file=@$SAMPLE") || die "the upload failed"
I=$(printf %s "$image" | jq -r .id)

printf 'Scanning '
while :; do
    STATUS=$(curl -s -H "Authorization: Bearer $TOKEN" \
        "$API/api/v4/products/$P/images/$I/scans?status=true" | jq -r '.scans[0].latestScanState.type')
    case $STATUS in
    completed) break ;;
    in_progress) printf . && sleep 1 ;;
    *) die "the scan ended as $STATUS" ;;
    esac
done
echo ' done'

# What was found.

echo
curl -fsS -H "Authorization: Bearer $TOKEN" "$API/api/v4/products/$P/images/$I?withCounts=true" | jq -r '
    def line(name; number): "  \((name + " " * 40)[:40])\(number)";
    "\(.name) \(.version)",
    (.counts |
        line("dependencies"; .dependenciesCount),
        line("cryptographic assets"; .cryptographicAssetsCount),
        line("expired certificates"; .expiredCertificatesCount),
        line("unsafe functions"; .unsafeFunctionsCount),
        line("known exploited (KEV)"; .kev),
        line("new escalations"; .newEscalationsCount),
        (.findingTypeCounts[] | select(.count > 0) | line("findings: " + .type; .count)))'
cat <<END

Pellucid goes on running at $API (process $(cat "$work/pid"), log $log).
  credentials    $credentials
  what is in it  $SAMPLE: compare with ${SAMPLE%.bin}.truth.json
  your own file  the same curl calls as above: docs/tutorials/first-scan.md
  no server      $BIN/pellucid scan FILE
  stop it        make down
END
