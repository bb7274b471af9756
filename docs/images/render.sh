#!/usr/bin/env bash
# Draws scan.png anew: the table of the samples, as a terminal of 132 columns shows it. Needs aha and chromium (Debian's packages).
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$root"
TERM=xterm-256color script -qec "stty cols 132 rows 60; dotnet artifacts/bin/Waterguard/release/waterguard.dll scan samples/ 2>&1" /dev/null </dev/null | tr -d '\r' >"$work/scan.ansi"
{ printf '\033[1;32m$\033[0m ./run scan samples/\n'; head -n 40 "$work/scan.ansi"; echo '…'; tail -n 1 "$work/scan.ansi"; } | aha --black --title waterguard |
    sed 's/<pre>/<pre style="font:13px\/1.3 DejaVu Sans Mono,monospace;padding:14px;margin:0">/; s/background-color:black/background-color:#11151c/' >"$work/scan.html"
chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync \
    --user-data-dir="$work/profile" --hide-scrollbars --window-size=1120,800 --screenshot="$root/docs/images/scan.png" "file://$work/scan.html" 2>/dev/null
