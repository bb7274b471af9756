#!/usr/bin/env bash
# Builds the web interface (src/Waterguard.Web) into the server's files (src/Waterguard/wwwroot), and writes of what they were made.
# The built files are in git: to build or publish the server takes no Node. Whoever changes the interface runs this; ./test does where npm is.
#   --if-changed   only when an input is another than the one that the built files were made of
#   --test         runs the interface's own tests too
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
web="$root/src/Waterguard.Web"
out="$root/src/Waterguard/wwwroot"
changed= test=
for argument in "$@"; do
    case "$argument" in
        --if-changed) changed=1 ;;
        --test) test=1 ;;
        *) echo "build-web: unknown argument '$argument' (--if-changed, --test)" >&2; exit 2 ;;
    esac
done

# One line a file, as sha256sum writes it: what the built files are made of. The tests read the same list.
inputs() { (cd "$web" && find . -type f -not -path './node_modules/*' -not -path './tests/*' | sed 's|^\./||' | LC_ALL=C sort | xargs sha256sum); }

need_packages() {
    command -v npm >/dev/null || { echo "build-web: needs npm (Node 20 or newer)" >&2; exit 3; }
    if [ ! -d "$web/node_modules" ] || [ "$web/package-lock.json" -nt "$web/node_modules/.package-lock.json" ]; then
        npm ci --prefix "$web" --no-audit --no-fund --ignore-scripts --loglevel error
    fi
}

if [ -z "$changed" ] || [ "$(inputs)" != "$(cat "$out/inputs.sha256" 2>/dev/null)" ]; then
    need_packages
    (cd "$web" && npm run --silent check && npm run --silent build -- --logLevel warn)
    inputs >"$out/inputs.sha256"
    echo "build-web: built" >&2
fi
if [ -n "$test" ]; then
    need_packages
    (cd "$web" && npm run --silent test)
fi
