#!/usr/bin/env bash
# Builds a real Ollama server (CPU only) from its Go module, for the tests: `build.sh FOLDER` leaves
# FOLDER/ollama. Takes 8 minutes of CPU, so 4 on 2 cores; does nothing where it is there already.
#
# 0.24.0 is the newest version that Go builds alone, CPU backend included. Three headers that its C
# parts include are missing from the module: two come from Debian packages, the third from the
# source archive of a Python package.
set -euo pipefail

version=0.24.0
headers=(nlohmann-json3-dev libstb-dev)
python=${PYTHON:-python3}

fail() {
    echo "cannot build an Ollama server: $1" >&2
    echo "Or use one that is installed: on the PATH, or named: make OLLAMA=/path/to/ollama" >&2
    exit 1
}

[ $# -eq 1 ] || fail "usage: build.sh FOLDER"
mkdir -p "$1"
out=$(cd "$1" && pwd)
if [ -x "$out/ollama" ] && [[ $("$out/ollama" --version 2>&1) == *"$version"* ]]; then
    exit 0
fi

command -v go >/dev/null || fail "there is no Go. Install Go 1.26 or later."
command -v gcc >/dev/null && command -v g++ >/dev/null ||
    fail "there is no C and C++ compiler. Install gcc and g++."
if [ ! -e /usr/include/nlohmann/json.hpp ] || [ ! -e /usr/include/stb/stb_image.h ]; then
    command -v apt-get >/dev/null ||
        fail "nlohmann/json.hpp and stb/stb_image.h are needed under /usr/include."
    [ "$(id -u)" -eq 0 ] || fail "as root, first run: apt-get install ${headers[*]}"
    echo "installing ${headers[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq &&
        apt-get install -y -qq --no-install-recommends "${headers[@]}" >/dev/null ||
        fail "apt-get install ${headers[*]} did not succeed."
fi

include=$out/include
if [ ! -e "$include/miniaudio/miniaudio.h" ]; then
    archive=$(mktemp -d)
    trap 'rm -rf "$archive"' EXIT
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
        -d "$archive" miniaudio==1.71 || fail "pip did not fetch miniaudio, whose header is needed."
    mkdir -p "$include"
    tar -xzf "$archive"/miniaudio-*.tar.gz -C "$include" --strip-components=1 --wildcards \
        '*/miniaudio/miniaudio.h'
fi

echo "building Ollama $version in $out (8 minutes of CPU)"
# -O1 takes a quarter less time to compile, and the tests' model is as quick.
GOBIN=$out CGO_ENABLED=1 CGO_CFLAGS=-O1 CGO_CXXFLAGS=-O1 \
    CGO_CPPFLAGS="-I$include -I/usr/include" go install \
    -ldflags "-X github.com/ollama/ollama/version.Version=$version" \
    "github.com/ollama/ollama@v$version" || fail "Go did not build it (see above)."
"$out/ollama" --version 2>&1 | tail -n 1
