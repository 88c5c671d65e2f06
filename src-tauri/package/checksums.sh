#!/bin/sh
# Writes beside each package its SHA-256, as `sha256sum --check` reads it, so that whoever fetches the package can tell that all of it came.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../../.ci/shell.sh
. "$root/.ci/shell.sh"

# Macs have the tool under another name.
if has sha256sum; then sum=sha256sum; else sum="shasum -a 256"; fi

for package in "${CARGO_TARGET_DIR:-$root/target}"/release/bundle/*/*; do
    case "$package" in
    *.deb | *.AppImage | *.dmg | *.msi) ;;
    *) continue ;;
    esac
    # The name without its folder: it is checked where the package lies then.
    (cd "$(dirname "$package")" && name=$(basename "$package") && $sum "$name" >"$name.sha256")
    say "$package.sha256"
done
