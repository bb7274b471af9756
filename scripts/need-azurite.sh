# Sourced by ./test: a storage account of our own for the tests of blobs. The program is kept outside of the repository, and installed once.

AZURITE_VERSION=3.35.0

# Sets WATERGUARD_AZURITE to azurite's program, installing it where npm can. Without it the tests that need it are skipped, and say so.
need_azurite() {
    [ -z "${WATERGUARD_AZURITE:-}" ] || return 0
    local folder="${XDG_CACHE_HOME:-$HOME/.cache}/waterguard/azurite-$AZURITE_VERSION"
    local program="$folder/node_modules/azurite/dist/src/blob/main.js"
    if [ ! -e "$folder/complete" ]; then
        if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
            echo "test: the tests on a storage account need node and npm   (skipped without)" >&2
            return 0
        fi
        echo "installing azurite $AZURITE_VERSION …" >&2
        mkdir -p "$folder"
        if ! npm install --prefix "$folder" --no-audit --no-fund --ignore-scripts --loglevel error "azurite@$AZURITE_VERSION" >/dev/null 2>&1; then
            echo "test: could not install azurite; the tests on a storage account will be skipped" >&2
            return 0
        fi
        touch "$folder/complete"
    fi
    [ -e "$program" ] && export WATERGUARD_AZURITE="$program"
    return 0
}
