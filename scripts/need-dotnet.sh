# Sourced by ./run and ./test: finds a .NET SDK that can build this checkout, or says exactly what is missing.
# shellcheck shell=bash

need_dotnet() {
    local wanted found
    wanted="$(sed -n 's/.*"version": *"\([0-9]*\.[0-9]*\).*/\1/p' "$root/global.json" | head -1)"
    if ! command -v dotnet >/dev/null && [ -x "$HOME/.dotnet/dotnet" ]; then export PATH="$HOME/.dotnet:$PATH"; fi
    if ! command -v dotnet >/dev/null; then
        echo "$me: the .NET SDK $wanted is missing." >&2
        how_to_get_dotnet "$wanted"
        exit 2
    fi
    # Asked outside the checkout: inside it, global.json makes an older SDK fail before it can say its version.
    found="$(cd / && dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | grep -E "^${wanted//./\\.}\\." | tail -1 || true)"
    if [ -z "$found" ]; then
        echo "$me: the .NET SDK $wanted is missing; installed: $(cd / && dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | paste -sd' ' || true)" >&2
        how_to_get_dotnet "$wanted"
        exit 2
    fi
    if ! (cd "$root" && dotnet --version >/dev/null 2>&1); then
        echo "$me: the installed .NET SDK $found is older than the one global.json asks for." >&2
        how_to_get_dotnet "$wanted"
        exit 2
    fi
}

how_to_get_dotnet() {
    {
        echo "Get it in one of these ways:"
        echo "  curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel $1     (into ~/.dotnet, found by itself)"
        echo "  apt-get install dotnet-sdk-$1       (Ubuntu; on Debian with Microsoft's package source)"
        echo "  https://dotnet.microsoft.com/download/dotnet/$1"
    } >&2
}
