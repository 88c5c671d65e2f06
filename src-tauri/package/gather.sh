#!/bin/sh
# Gathers in target/package what the bundler puts beside the window's program: ONNX Runtime with its notices, and the `sidenote` command where it was
# built. The bundler knows paths of tauri.conf.json only, so the folder is always this one, wherever cargo builds.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../../.ci/shell.sh
. "$root/.ci/shell.sh"

built="${CARGO_TARGET_DIR:-$root/target}"
made="$root/target/package"
rm -rf "$made"
mkdir -p "$made"

for library in libonnxruntime.so libonnxruntime.dylib onnxruntime.dll; do
    if [ -f "$built/onnxruntime/$library" ]; then cp "$built/onnxruntime/$library" "$made/"; fi
done
[ -n "$(ls "$made")" ] || fail "there is no ONNX Runtime in $built/onnxruntime" "run \`make setup\` (without SIDENOTE_ONNXRUNTIME) and this again"
cp "$built/onnxruntime/LICENSE" "$made/onnxruntime-LICENSE"
cp "$built/onnxruntime/ThirdPartyNotices.txt" "$made/onnxruntime-ThirdPartyNotices.txt"
if [ -x "$built/release/sidenote" ]; then cp "$built/release/sidenote" "$made/"; fi
