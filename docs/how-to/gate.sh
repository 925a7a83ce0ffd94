#!/usr/bin/env bash
# The gate: compares the newest image of a product with the one before, and fails when there is something to decide.
#
#     gate.sh PRODUCT_ID [IMAGE_NAME]
#
# Exit status: 0 nothing that fails, 1 findings that do (listed), 2 could not tell. Needs bash, curl and jq.
#
#   PELLUCID_URL                                the server
#   PELLUCID_TOKEN                              an access token, or
#   PELLUCID_CLIENT_ID, PELLUCID_CLIENT_SECRET  an API client to ask for one with
#   GATE_COMPARISON  found                      what fails: found (new in this image), notChanged, notFound; with commas
#   GATE_STATUSES    new,in progress            triage states that fail
#   GATE_SEVERITIES  critical,high              severities that fail
set -euo pipefail

fail() {
    echo "gate: $*" >&2
    exit 2
}

[ $# -ge 1 ] || fail "usage: gate.sh PRODUCT_ID [IMAGE_NAME]"
product=$1
name=${2:-}
: "${PELLUCID_URL:?the address of the server}"
comparison=${GATE_COMPARISON:-found}
statuses=${GATE_STATUSES:-new,in progress}
severities=${GATE_SEVERITIES:-critical,high}

if [ -z "${PELLUCID_TOKEN:-}" ]; then
    : "${PELLUCID_CLIENT_ID:?an API client, or PELLUCID_TOKEN}" "${PELLUCID_CLIENT_SECRET:?its secret}"
    PELLUCID_TOKEN=$(curl -fsS "$PELLUCID_URL/realms/pellucid/protocol/openid-connect/token" \
        --data grant_type=client_credentials --data-urlencode "client_id=$PELLUCID_CLIENT_ID" \
        --data-urlencode "client_secret=$PELLUCID_CLIENT_SECRET" | jq -er .access_token) || fail "no token"
fi

# The token goes in by a file descriptor: arguments can be read by everybody on the machine.
ask() {
    curl -sS --config <(printf 'header = "Authorization: Bearer %s"\n' "$PELLUCID_TOKEN") "$@"
}

images=$(ask --fail "$PELLUCID_URL/api/v4/products/$product/images") || fail "cannot read the product's images"
newest=$(jq -c --arg name "$name" \
    '[.images[] | select(.isArchived | not) | select($name == "" or .name == $name)] | .[0] // empty' <<<"$images")
[ -n "$newest" ] || fail "there is no image"
state=$(jq -r '.latestScan.latestScanState.type // "no scan"' <<<"$newest")
[ "$state" = done ] || fail "the scan of the newest image is not done: $state"
previous=$(jq -r --argjson newest "$newest" \
    '[.images[] | select(.isArchived | not) | select(.name == $newest.name and .id != $newest.id)
      | select(.latestScan.latestScanState.type == "done")] | .[0].id // empty' <<<"$images")
latest=$(jq -r .id <<<"$newest")

# Without an image before, everything in this one is new.
query=$(jq -n --arg left "$previous" --arg right "$latest" --arg comparison "$comparison" \
    --arg statuses "$statuses" --arg severities "$severities" '
    def words: split(",") | map(gsub("^ +| +$"; "")) | map(select(. != ""));
    {
        filters: (
            (if $left == "" then [{field: "imageId", comparator: "equals", value: $right}]
             else [{field: "compareLeftImageId", comparator: "equals", value: $left},
                   {field: "compareRightImageId", comparator: "equals", value: $right},
                   {field: "comparison.status", comparator: "in", value: ($comparison | words)}] end)
            + [{field: "findingStatus", comparator: "in", value: ($statuses | words)},
               {field: "severity", comparator: "in", value: ($severities | words)}]),
        sortBy: [{field: "severity", direction: "descend"}, {field: "name", direction: "ascend"}],
        fields: ["name", "displayName", "severity", "findingStatus", "compareSide", "knownFixedVersion", "isKev"],
        page: {num: 1, size: 100}
    }')

answer=$(ask --request POST "$PELLUCID_URL/api/v4/grids/findings:gridList" \
    --header 'Content-Type: application/json' --data "$query") || fail "no answer"
total=$(jq -er .total <<<"$answer") || fail "$(jq -r '.message // "an answer that cannot be read"' <<<"$answer")"
[ "$total" -gt 0 ] || {
    echo "gate: nothing that fails"
    exit 0
}
jq -r '.rows[] | [.severity, .status, .compareSide // "-", .displayName,
    (if .isKev then "known to be exploited" else "" end),
    (if .knownFixedVersion == "" then "" else "fixed in " + .knownFixedVersion end)] | join("\t")' <<<"$answer"
echo "gate: $total findings fail (at most 100 are listed)" >&2
exit 1
