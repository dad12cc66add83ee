#!/usr/bin/env bash
# Everything that must hold before a change lands, from a bare checkout: format, lints, memcheck, all tests.
# Arguments go to `cargo test`. Builds land in CARGO_TARGET_DIR, by default in a cache outside the checkout.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/weft/target}
export CARGO_TERM_PROGRESS_WHEN=never
# Every crate is built once here, and what an interrupted incremental build leaves behind can break the next one's linking.
export CARGO_INCREMENTAL=0

step() {
    printf '== %s\n' "$*" >&2
    "$@"
}

# Prints a build's output only when it fails: hundreds of lines of crate names tell nobody anything.
quietly() {
    printf '== %s\n' "$*" >&2
    local log
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1; then
        tail -n 200 "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

# The crates that may hold unsafe code, their unit tests under valgrind. Few random cases: each takes fifty times as long.
memcheck() {
    local host
    host=$(rustc -vV | sed -n 's/^host: //p' | tr 'a-z-' 'A-Z_')
    env PROPTEST_CASES=8 "CARGO_TARGET_${host}_RUNNER=valgrind --quiet --error-exitcode=97 --leak-check=no" \
        cargo test --locked -p weft-record -p weft-state -p weft-exchange --lib
}

step cargo fmt --all --check
quietly cargo clippy --locked --workspace --all-targets -- -D warnings
# The release build that the instruction counts are taken of; made here, not inside a test that would seem to hang.
quietly cargo build --locked --release -p weft-bench
quietly memcheck
quietly cargo test --locked --workspace --no-run
step cargo test --locked --workspace "$@"
