#!/usr/bin/env bash
# Sees to it that there is a Chromium and the driver that goes with it, for the tests of pages:
# `install.sh` prints nothing where both are there, and installs them from Debian's packages where
# they are not. CHROMIUM and CHROMEDRIVER name others than those on the PATH.
set -euo pipefail

packages=(chromium chromium-driver)

fail() {
    echo "cannot install a browser: $1" >&2
    echo "Or name one that is installed: make CHROMIUM=/path/to/chromium CHROMEDRIVER=/path/to/chromedriver" >&2
    exit 1
}

there() {
    command -v "${CHROMIUM:-chromium}" >/dev/null && command -v "${CHROMEDRIVER:-chromedriver}" >/dev/null
}

there && exit 0
command -v apt-get >/dev/null || fail "there is no ${packages[0]} and no apt-get."
[ "$(id -u)" -eq 0 ] || fail "as root, first run: apt-get install ${packages[*]}"
echo "installing ${packages[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq &&
    apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null ||
    fail "apt-get install ${packages[*]} did not succeed."
there || fail "${packages[*]} are installed, and ${CHROMIUM:-chromium} or \
${CHROMEDRIVER:-chromedriver} is still not there."
