#!/usr/bin/env bash
# A few seconds of bots and of headless Locust against a server of our own: what a CI run needs to
# know that the whole loop works. Copy it: every command ends with 0 or says why not.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
gridcli serve --port 0 --log-level warning >"$folder/serve" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
until url=$(grep -om1 'http://[^ ]*' "$folder/serve"); do
  kill -0 "$server" || { echo "the server did not start"; exit 1; }
  sleep 0.1
done

echo "smoke: 50 bots for 5 s"
gridcli bots --server "$url" --count 50 --duration 5

echo "smoke: 20 Locust players for 5 s"
locust -f loadtest --host "$url" --headless -u 20 -r 20 -t 5s --only-summary

echo "smoke: passed"
