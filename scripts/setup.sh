#!/usr/bin/env bash
# Installs what building and testing Weft needs on a Debian-like machine: a C compiler, git, valgrind, netcat, and for the
# integration tests a JDK, Maven and Python; then fills the cache of Hadoop's jars (HADOOP_VERSION).
# Quick when nothing is missing. Without root it says what to install. Cargo itself is asked for, not installed.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

# The next three look for files first, which takes no time, and try the tool itself only where those are not in the usual place.

# mimalloc and build scripts are C: a compiler without its library's headers is not enough.
compiles() {
    command -v cc >/dev/null || return 1
    [ -e /usr/include/stdio.h ] || printf '#include <stdio.h>\nint main(void) { return 0; }\n' | cc -x c -o /dev/null - 2>/dev/null
}

# Valgrind needs the symbols of the dynamic linker.
has_valgrind() {
    command -v valgrind >/dev/null || return 1
    [ "$(dpkg-query -W -f '${db:Status-Status}' libc6-dbg 2>/dev/null)" = installed ] || valgrind --quiet /bin/true 2>/dev/null
}

# Rustup has a `cargo-fmt` on PATH whether or not its toolchain has one.
has_lints() {
    local tools
    tools=$(rustc --print sysroot 2>/dev/null)/bin
    [ -x "$tools/cargo-fmt" ] && [ -x "$tools/cargo-clippy" ] || { cargo fmt --version && cargo clippy --version; } >/dev/null 2>&1
}

# Prints the Debian packages that are missing, one a line.
missing_packages() {
    compiles || printf 'gcc\nlibc6-dev\n'
    command -v git >/dev/null || echo git
    # The unsafe code's tests run under memcheck, kernels under callgrind.
    has_valgrind || printf 'valgrind\nlibc6-dbg\n'
    # Feeds the socket example.
    command -v nc >/dev/null || echo netcat-openbsd
    # Integration tests run Hadoop's own daemons.
    command -v "${JAVA_HOME:+$JAVA_HOME/bin/}javac" >/dev/null || echo openjdk-17-jdk-headless
    command -v mvn >/dev/null || echo maven
    command -v python3 >/dev/null || echo python3
}

install_packages() {
    command -v apt-get >/dev/null || fail "this machine has no apt-get: install the equivalents of these Debian packages: $*"
    [ "$(id -u)" -eq 0 ] || fail "not root, so nothing was installed. As root, run: apt-get install --no-install-recommends $*"
    printf 'setup: installing %s\n' "$*" >&2
    export DEBIAN_FRONTEND=noninteractive
    local log
    log=$(mktemp)
    if ! { apt-get update && apt-get install -y --no-install-recommends "$@"; } </dev/null >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        fail "apt-get could not install $*: its last lines are above, the whole log is $log"
    fi
    rm -f "$log"
}

check_rust() {
    local wanted found
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    command -v cargo >/dev/null || fail "cargo is not on PATH: install Rust $wanted or later, for example from https://rustup.rs"
    found=$(cargo --version | cut -d' ' -f2)
    if [ "$(printf '%s\n%s\n' "$wanted" "${found%%-*}" | sort -V | head -n 1)" != "$wanted" ]; then
        fail "cargo is $found, Weft needs $wanted or later: run 'rustup update stable' or install a newer Rust"
    fi
    has_lints || fail "cargo fmt or cargo clippy is missing: run 'rustup component add rustfmt clippy'"
}

mapfile -t packages < <(missing_packages)
[ "${#packages[@]}" -eq 0 ] || install_packages "${packages[@]}"
check_rust
integration/hadoop/prepare.sh || fail "Hadoop is not ready for the integration tests: the reason is above"
