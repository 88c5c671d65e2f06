#!/bin/sh
# Tries a Debian package on a clean system: sh src-tauri/package/try.sh FILE.deb [FOLDER]. Makes a Debian in FOLDER (a new one by default; an existing one is
# used again), installs the package with apt, opens the window as an ordinary person under a display without a screen, asks, opens a sidenote:// link, then
# upgrades and removes it. Pictures of the window lie in FOLDER/tmp. Needs root, debootstrap, Xvfb, xdotool and imagemagick.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../../.ci/shell.sh
. "$root/.ci/shell.sh"

deb=$(realpath "${1:?which package?}")
clean=${2:-$(mktemp -d)}
for tool in debootstrap Xvfb xdotool import identify; do has "$tool" || fail "$tool is not there" "apt-get install debootstrap xvfb xdotool imagemagick"; done

inside() { chroot "$clean" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
# As the person, in the session that the window runs in.
person() { inside su person -c "export DISPLAY=$display DBUS_SESSION_BUS_ADDRESS=unix:path=/tmp/bus LANG=C.UTF-8 HOME=/home/person; $*"; }
# until WHAT COMMAND…: waits until a command succeeds.
until_() {
    what=$1
    shift
    for _ in $(seq 120); do
        if "$@" >/dev/null 2>&1; then
            say "ok: $what"
            return 0
        fi
        sleep 0.5
    done
    fail "$what did not happen" "look at $clean/tmp/window.log and the pictures beside it"
}
picture() { DISPLAY=$display import -window root "$clean/tmp/$1.png"; }
# painted NAME: whether a picture taken now has more than a window's bare ground; letters have many shades.
painted() {
    picture "$1"
    [ "$(identify -format %k "$clean/tmp/$1.png")" -gt 50 ]
}
# kept WORDS: whether an answered question with these words is among the person's conversations.
kept() {
    python3 - "$clean/home/person/.local/share/sidenote/conversations.sqlite" "$1" <<'PYTHON'
import sqlite3, sys
turns = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True).execute("select * from turns")
sys.exit(not any(sys.argv[2] in str(turn) and '"answered"' in str(turn) for turn in turns))
PYTHON
}

[ -x "$clean/bin/sh" ] || debootstrap --variant=minbase bookworm "$clean"
cp /etc/resolv.conf "$clean/etc/"
started=""
cleanup() {
    for process in $started; do kill "$process" 2>/dev/null || true; done
    for place in tmp/.X11-unix dev/shm proc; do umount --lazy "$clean/$place" 2>/dev/null || true; done
}
trap cleanup EXIT
trap 'exit 130' INT TERM
mkdir -p "$clean/tmp/.X11-unix" "$clean/dev/shm"
mountpoint -q "$clean/proc" || mount -t proc proc "$clean/proc"
mount -t tmpfs -o mode=1777 tmpfs "$clean/dev/shm"
mount --bind /tmp/.X11-unix "$clean/tmp/.X11-unix"

say "installing"
cp "$deb" "$clean/tmp/sidenote.deb"
inside apt-get update -qq
inside apt-get install -y -qq /tmp/sidenote.deb >"$clean/tmp/install.log" 2>&1 || fail "apt could not install it" "$(tail -3 "$clean/tmp/install.log")"
inside id person >/dev/null 2>&1 || inside useradd --create-home person
rm -rf "$clean/home/person/.local" "$clean/home/person/.config"

say "the command"
display=:0
person 'sidenote ask 多头注意力有什么用？' | grep -q '\[1\]' || fail "the command does not answer" "run it in $clean"
person 'sidenote doctor' || true
for file in usr/lib/sidenote/libonnxruntime.so usr/share/doc/sidenote/copyright usr/share/doc/sidenote/onnxruntime/ThirdPartyNotices.txt; do
    [ -s "$clean/$file" ] || fail "$file is not in the package" "see tauri.conf.json"
done
rm -rf "$clean/home/person/.local"

say "the window"
numbers=$(mktemp)
Xvfb -displayfd 1 -screen 0 1280x860x24 -nolisten tcp >"$numbers" 2>/dev/null &
started="$started $!"
until_ "a display" test -s "$numbers"
display=:$(cat "$numbers")
has_bus() { inside test -x /usr/bin/dbus-daemon; }
has_bus || inside apt-get install -y -qq dbus >>"$clean/tmp/install.log" 2>&1
rm -f "$clean/tmp/bus"
person 'dbus-daemon --session --nofork --address=$DBUS_SESSION_BUS_ADDRESS' >/dev/null 2>&1 &
started="$started $!"
until_ "a session" test -S "$clean/tmp/bus"
person 'sidenote-desktop' >"$clean/tmp/window.log" 2>&1 &
started="$started $!"
until_ "a window" env DISPLAY="$display" xdotool search --onlyvisible --name '^Sidenote$'
until_ "a painted page" painted start
DISPLAY=$display xdotool type --delay 40 'How does LoRA fine-tuning work?'
DISPLAY=$display xdotool key Return
until_ "an answer" kept LoRA
sleep 2
picture answer

say "a link"
[ "$(person 'xdg-mime query default x-scheme-handler/sidenote')" = Sidenote.desktop ] || fail "sidenote:// is not registered" "see $clean/usr/share/applications"
windows() { DISPLAY=$display xdotool search --onlyvisible --name '^Sidenote$' | wc -l; }
before=$(windows)
person 'xdg-open "sidenote://ask?q=What%20is%20the%20KV%20cache%20for%3F"' >>"$clean/tmp/window.log" 2>&1
sleep 3
[ "$(windows)" = "$before" ] || fail "the link opened another window" "see single instance in src-tauri/src/lib.rs"
picture link
DISPLAY=$display xdotool key Return
until_ "the link's question in the window, and its answer" kept "KV cache"

say "upgrade and removal"
work=$(mktemp -d)
dpkg-deb -R "$deb" "$work/package"
sed -i 's/^Version: .*/&+1/' "$work/package/DEBIAN/control"
dpkg-deb -b "$work/package" "$clean/tmp/newer.deb" >/dev/null
inside apt-get install -y -qq /tmp/newer.deb >>"$clean/tmp/install.log" 2>&1 || fail "the upgrade failed" "$(tail -3 "$clean/tmp/install.log")"
person 'sidenote ask 多头注意力有什么用？' | grep -q '\[1\]' || fail "the upgraded command does not answer" "run it in $clean"
inside apt-get purge -y -qq sidenote >>"$clean/tmp/install.log" 2>&1
left=$(find "$clean/usr" "$clean/etc" "$clean/var/lib" -iname '*sidenote*' | head)
[ -z "$left" ] || fail "left behind: $left" "see the package's files"
[ -s "$clean/home/person/.local/share/sidenote/conversations.sqlite" ] || fail "the person's conversations are gone" "a package must not touch them"
rm -rf "$work" "$numbers"
say "the package installs, answers, follows links, upgrades and goes; pictures in $clean/tmp"
