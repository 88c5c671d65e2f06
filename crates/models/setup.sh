#!/bin/sh
# Brings what a new machine lacks: a C compiler for the few C libraries inside, and ONNX Runtime in <target folder>/onnxruntime/, where the program
# looks. Safe to run again: what is there is left alone. The library comes from the package `onnxruntime` through pip, checked against onnxruntime.txt.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cd "$root"

# shellcheck source=../../.ci/shell.sh
. "$root/.ci/shell.sh"

compiler() {
    if has cc || has gcc || has clang || has cl; then return; fi
    apt_install build-essential && has cc && return
    fail "there is no C compiler" "install one (Debian, Ubuntu: apt-get install build-essential; macOS: xcode-select --install) and run this again"
}

# Names a Python in $python.
find_python() {
    for python in python3 python; do
        if has "$python" && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 7))' 2>/dev/null; then return 0; fi
    done
    return 1
}

# Names a Python with pip in $python: the system's, one in a throw-away virtual environment, or with a newly installed pip.
find_pip() {
    if ! find_python; then
        if ! apt_install python3 python3-pip || ! find_python; then
            fail "there is no Python, which brings ONNX Runtime" "install Python 3 with pip (Debian, Ubuntu: apt-get install python3 python3-pip) and run this again"
        fi
    fi
    if "$python" -m pip --version >/dev/null 2>&1; then return; fi
    if "$python" -m venv "$work/venv" >/dev/null 2>&1; then
        for made in "$work/venv/bin/python" "$work/venv/Scripts/python"; do
            if "$made" -m pip --version >/dev/null 2>&1; then
                python=$made
                return
            fi
        done
    fi
    if apt_install python3-pip && "$python" -m pip --version >/dev/null 2>&1; then return; fi
    fail "Python has neither pip nor venv" "install pip (Debian, Ubuntu: apt-get install python3-pip) and run this again"
}

runtime() {
    if [ -n "${SIDENOTE_ONNXRUNTIME:-}" ] && [ -f "$SIDENOTE_ONNXRUNTIME" ]; then
        say "ONNX Runtime is $SIDENOTE_ONNXRUNTIME, as SIDENOTE_ONNXRUNTIME says"
        return
    fi
    case "$(uname -s)-$(uname -m)" in
        Linux-x86_64) platform=manylinux_2_27_x86_64 library=libonnxruntime.so ;;
        Linux-aarch64 | Linux-arm64) platform=manylinux_2_27_aarch64 library=libonnxruntime.so ;;
        Darwin-arm64) platform=macosx_14_0_arm64 library=libonnxruntime.dylib ;;
        MINGW*-x86_64 | MSYS*-x86_64 | CYGWIN*-x86_64) platform=win_amd64 library=onnxruntime.dll ;;
        *) fail "no ready-made ONNX Runtime is known for $(uname -s) on $(uname -m)" \
            "get or build ONNX Runtime 1.24 or newer and set SIDENOTE_ONNXRUNTIME to its library file" ;;
    esac
    folder="${CARGO_TARGET_DIR:-target}/onnxruntime"
    # The stamp is written last, so an interrupted set-up is not taken for a finished one.
    if [ -s "$folder/$library" ] && cmp -s "$here/onnxruntime.txt" "$folder/installed.txt"; then
        say "ONNX Runtime is in $folder"
        return
    fi
    mkdir -p "$folder" || fail "the folder $folder cannot be made" "check its permissions, or set CARGO_TARGET_DIR to a folder that can be written"
    # In the same folder as the result: a rename within one file system is whole or not at all.
    work=$(mktemp -d "$folder/.setup.XXXXXX") || fail "$folder cannot be written" "check its permissions and the free space"
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM
    find_pip
    say "fetching ONNX Runtime with pip"
    # One fixed Python version, whatever runs here: the library inside is the same in every wheel of a system, and so its hash is known.
    if ! PIP_REQUIRE_VIRTUALENV=0 PIP_DISABLE_PIP_VERSION_CHECK=1 "$python" -m pip download --quiet --no-input --no-deps --only-binary=:all: --python-version 3.11 \
        --implementation cp --abi cp311 --platform "$platform" --require-hashes -r "$here/onnxruntime.txt" -d "$work" >&2; then
        fail "pip could not fetch ONNX Runtime (see above)" \
            "check the connection or pip's settings and run \`make setup\` again, or set SIDENOTE_ONNXRUNTIME to a library of ONNX Runtime 1.24 or newer"
    fi
    "$python" - "$work" "$library" <<'PYTHON' || fail "the package of ONNX Runtime could not be unpacked (see above)" "check the free space and run \`make setup\` again"
import pathlib, re, shutil, sys, zipfile

work, library = pathlib.Path(sys.argv[1]), sys.argv[2]
(wheel,) = work.glob("*.whl")
# libonnxruntime.so.1.24.4, libonnxruntime.1.24.4.dylib, onnxruntime.dll
stem, suffix = library.rsplit(".", 1)
wanted = re.compile(r"onnxruntime/capi/%s(\.[0-9.]+)?\.%s(\.[0-9.]+)?" % (re.escape(stem), suffix))
with zipfile.ZipFile(wheel) as archive:
    names = [name for name in archive.namelist() if wanted.fullmatch(name)]
    if len(names) != 1:
        sys.exit("expected one library in %s, found %s" % (wheel.name, names))
    # The licences go where the library goes.
    for name, target in [(names[0], library), ("onnxruntime/LICENSE", "LICENSE"), ("onnxruntime/ThirdPartyNotices.txt", "ThirdPartyNotices.txt")]:
        with archive.open(name) as source, open(work / target, "wb") as sink:
            shutil.copyfileobj(source, sink)
PYTHON
    cp "$here/onnxruntime.txt" "$work/installed.txt"
    for file in LICENSE ThirdPartyNotices.txt "$library" installed.txt; do
        mv -f "$work/$file" "$folder/$file" || fail "$folder/$file cannot be written" "check its permissions and the free space"
    done
    say "ONNX Runtime is in $folder"
}

has cargo || fail "there is no Rust" "install it (see the Rust project's own page) and run this again"
compiler
runtime
