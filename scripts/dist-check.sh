#!/usr/bin/env bash
# Does with the tarball of dist.sh what a newcomer would: unpacks it, starts a cluster out of it, runs an example, and compares the result.
# Then it looks at what only operators notice: the glibc that its programs need, that symbols are apart and belong to them, that nothing is
# left running. With --build it builds a program of a user's own with `weft build` as well (some minutes). A command, not part of the tests.
#
# usage: scripts/dist-check.sh [--build] TARBALL
set -euo pipefail
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

GLIBC=2.17

fail() {
    printf 'dist-check.sh: %s\n' "$*" >&2
    exit 1
}

build=no
if [[ ${1:-} == --build ]]; then build=yes && shift; fi
tarball=$(realpath -e -- "${1:?usage: scripts/dist-check.sh [--build] TARBALL}")
symbols=${tarball%.tar.gz}-symbols.tar.gz
[[ -r $symbols ]] || fail "there is no $symbols beside the tarball"

work=$(mktemp -d)
started=no
leave() {
    [[ $started == no ]] || "$home/scripts/stop-cluster.sh" >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap leave EXIT

# Nothing of the machine's own installation or of this checkout is to help.
unset WEFT_CONF_DIR FLINK_CONF_DIR WEFT_BIN WEFT_LOG_DIR WEFT_RUN_DIR RUSTFLAGS
mkdir "$work/installed" "$work/symbols"
tar -C "$work/installed" -xzf "$tarball"
tar -C "$work/symbols" -xzf "$symbols"
home=$(echo "$work"/installed/*)
links=$(grep -o '(docs/[a-z]*\.md' "$home/README.md" | tr -d '(' | sort -u)
for part in bin/weft conf/config.yaml conf/masters conf/workers scripts/start-cluster.sh examples/word_count $links LICENSE; do
    [[ -e $home/$part ]] || fail "the tarball has no $part"
done
cd "$work"
"$home/bin/weft" --version

newest_glibc() {
    objdump -T "$1" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -Vu | tail -n 1
}

# glibc_is_old_enough PROGRAM
glibc_is_old_enough() {
    local needs
    needs=$(newest_glibc "$1")
    [[ $(printf '%s\n' "$needs" "$GLIBC" | sort -V | tail -n 1) == "$GLIBC" ]] || fail "$1 needs glibc $needs, more than $GLIBC"
    printf '%s needs glibc %s\n' "$(basename "$1")" "$needs"
}

for program in "$home/bin/weft" "$home"/examples/*; do
    name=$(basename "$program")
    glibc_is_old_enough "$program"
    sections=$(readelf -SW "$program" 2>/dev/null)
    [[ $sections != *' .debug_info'* && $sections != *' .symtab'* ]] || fail "$name still has its symbols"
    debug=$(echo "$work"/symbols/*/"$name.debug")
    [[ $(readelf -SW "$debug" 2>/dev/null) == *' .debug_info'* ]] || fail "there are no symbols for $name in $debug"
    # The checksum by which debuggers tell that a file of symbols belongs to a program.
    readelf --debug-dump=links "$program" 2>/dev/null | grep -q "$name.debug" || fail "$name does not say where its symbols are"
    build_id=$(readelf -n "$program" 2>/dev/null | sed -n 's/.*Build ID: //p')
    [[ $build_id == "$(readelf -n "$debug" 2>/dev/null | sed -n 's/.*Build ID: //p')" ]] || fail "the symbols of $name are another build's"
done

# Ports that are free, so that the check disturbs no cluster that runs on this machine.
read -r rest rpc < <(python3 - <<'PYTHON'
import socket
sockets = [socket.socket() for _ in range(2)]
for each in sockets:
    each.bind(("127.0.0.1", 0))
print(*[each.getsockname()[1] for each in sockets])
PYTHON
)
printf '\nrest.port: %s\njobmanager.rpc.port: %s\n' "$rest" "$rpc" >>"$home/conf/config.yaml"
printf 'localhost\n' >"$home/conf/masters"
export PATH=$home/bin:$PATH

started=yes
"$home/scripts/start-cluster.sh"
input=$work/text
seq 1 20000 | sed 's/.*/to be or not & to be/' >"$input"
weft run "$home/examples/word_count" --input "$input" --output "$work/out" --final
tr -s ' ' '\n' <"$input" | sort | uniq -c | awk '{ printf "(%s,%s)\n", $2, $1 }' | sort >"$work/expected"
find "$work/out" -type f ! -name '.*' -exec cat {} + | sort | cmp - "$work/expected" || fail "the words were counted wrong"
printf 'the example counted %s words right\n' "$(wc -l <"$work/expected")"
weft list -a | grep -q '(FINISHED)' || fail "weft list -a does not show the job that finished"
weft info "$home/examples/two_jobs" --input "$input" --output "$work/two" >/dev/null

if [[ $build == yes ]]; then
    mkdir -p "$work/own/src"
    cat >"$work/own/Cargo.toml" <<TOML
[package]
name = "own"
version = "0.1.0"
edition = "2024"

[dependencies]
clap = { version = "4", features = ["derive", "env"] }
weft = { path = "$checkout/crates/weft" }

[workspace]
TOML
    cp "$checkout/crates/weft/examples/word_count.rs" "$work/own/src/main.rs"
    cp "$checkout/Cargo.lock" "$work/own/Cargo.lock"
    export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/weft/dist}
    tools=${XDG_CACHE_HOME:-$HOME/.cache}/weft/zigbuild/bin
    (cd "$work/own" && PATH=$tools:$PATH weft build)
    own=$CARGO_TARGET_DIR/$(uname -m)-unknown-linux-gnu/release/own
    glibc_is_old_enough "$own"
    weft run "$own" --input "$input" --output "$work/own-out" --final
    find "$work/own-out" -type f ! -name '.*' -exec cat {} + | sort | cmp - "$work/expected" || fail "the user's program counted wrong"
    rm -f "$own"
fi

"$home/scripts/stop-cluster.sh"
started=no
left=$(find "$home/run" -type f)
[[ -z $left ]] || fail "left behind: $left"
# A process lets go of its run file a moment before it is gone.
for _ in {1..50}; do
    pids=$(pgrep -f "$home/" || true)
    [[ -n $pids ]] || break
    sleep 0.1
done
[[ -z $pids ]] || fail "processes still run out of the installation: $pids"
printf 'the distribution is well\n'
