#!/usr/bin/env bash
# Real clients against the stand-in: UiPath's own for Node, the one generated from its definition for Python, and
# UiPath's SDK for Python, which knows the Automation Suite layout only.
# Usage: .ci/clients.sh [command that serves the stand-in and prints its JSON line]
# Fails when a client cannot be installed: nothing is proven then.
set -euo pipefail
cd "$(dirname "$0")/.."
here="$PWD/.ci/clients"

serve=("$@")
[ ${#serve[@]} -gt 0 ] || serve=(target/debug/orch-doctor demo --listen 127.0.0.1:0)

work="$(mktemp -d)"
server=""
finish() {
  exec 9>&- || true
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

echo "clients: installing"
npm install --silent --no-fund --no-audit --prefix "$work/node" uipath-orchestrator@1.1.3
python3 -m venv "$work/python"
"$work/python/bin/pip" install --quiet --disable-pip-version-check uipath-orchestrator-rest uipath

echo "clients: starting ${serve[*]}"
mkfifo "$work/input"
"${serve[@]}" <"$work/input" >"$work/output" 2>"$work/log" &
server=$!
exec 9>"$work/input"
for _ in $(seq 300); do
  grep -m1 '^{' "$work/output" >"$work/ready.json" 2>/dev/null && break
  kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; echo "clients: the stand-in ended" >&2; exit 1; }
  sleep 0.1
done
[ -s "$work/ready.json" ] || { cat "$work/log" >&2; echo "clients: the stand-in is not ready" >&2; exit 1; }

roots="$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["roots"])' "$work/ready.json")"
echo "clients: Node, uipath-orchestrator 1.1.3"
NODE_PATH="$work/node/node_modules" NODE_EXTRA_CA_CERTS="$roots" node "$here/orchestrator.js" "$work/ready.json"
echo "clients: Python, uipath-orchestrator-rest"
"$work/python/bin/python" "$here/orchestrator.py" "$work/ready.json"
echo "clients: Python, uipath (Automation Suite layout)"
(cd "$work" && UIPATH_TELEMETRY_ENABLED=false "$work/python/bin/python" "$here/suite.py" "$work/ready.json")
echo "clients: all signed in and found the process"
