# What the set-up scripts share. Sourced, not run.

say() { printf '%s\n' "$*" >&2; }
# fail WHAT HINT
fail() {
    say "error: $1"
    say "hint: $2"
    exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

# Installs Debian packages where that is possible without asking anyone; says false where it is not.
apt_install() {
    has apt-get || return 1
    if [ "$(id -u)" = 0 ]; then
        as_root=""
    elif has sudo && [ -t 0 ]; then
        as_root="sudo"
    elif has sudo && sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        return 1
    fi
    say "installing $*"
    # An outdated list is worse than a failed update of one source: the installation itself decides.
    $as_root apt-get update >&2 || true
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >&2
}
