#!/usr/bin/env bash
# Builds what an operator unpacks: bin/ conf/ docs/ scripts/ examples/, for Linux on x86-64 (v2) with glibc 2.17 or later, as one tarball; and the
# symbols of its programs as another. A command, not part of the tests; scripts/dist-check.sh tries out what it made. What is chosen at run time
# on newer processors, and by which library, is in docs/distribution.md.
#
# usage: scripts/dist.sh [--out DIR]          DIR: where the tarballs go, `dist` below the build directory if it is not given
set -euo pipefail
cd "$(dirname "$0")/.."

GLIBC=2.17
TARGET=x86_64-unknown-linux-gnu
EXAMPLES=(word_count socket_word_count two_jobs)

fail() {
    printf 'dist.sh: %s\n' "$*" >&2
    exit 1
}

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/weft/target}
out=$CARGO_TARGET_DIR/dist
while (($#)); do
    case $1 in
    --out) out=${2:?--out needs a directory} && shift 2 ;;
    *) fail "unknown argument $1; usage: scripts/dist.sh [--out DIR]" ;;
    esac
done

scripts/setup.sh
# The compiler's own glibc is as new as this machine's; zig brings the symbols of older ones, and no headers of this machine.
tools=${XDG_CACHE_HOME:-$HOME/.cache}/weft/zigbuild
if ! [[ -x $tools/bin/cargo-zigbuild ]]; then
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet cargo-zigbuild ziglang
fi
export PATH=$tools/bin:$PATH
rustup target list --installed 2>/dev/null | grep -qx "$TARGET" || [[ $(rustc -vV) == *"host: $TARGET"* ]] ||
    fail "the standard library for $TARGET is missing: rustup target add $TARGET"

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
WEFT_COMMIT=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
WEFT_COMMITTED_AT=$(git log -1 --format=%cI 2>/dev/null || true)
export WEFT_COMMIT WEFT_COMMITTED_AT
export RUSTFLAGS="${RUSTFLAGS:-} -C target-cpu=x86-64-v2"
examples=()
for example in "${EXAMPLES[@]}"; do examples+=(--example "$example"); done
cargo zigbuild --locked --release --target "$TARGET.$GLIBC" -p weft-cli --bin weft
cargo zigbuild --locked --release --target "$TARGET.$GLIBC" -p weft "${examples[@]}"

name=weft-$version
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/$name"/{bin,conf,docs,scripts,examples} "$work/$name-symbols" "$out"
built=$CARGO_TARGET_DIR/$TARGET/release
cp "$built/weft" "$work/$name/bin/"
for example in "${EXAMPLES[@]}"; do cp "$built/examples/$example" "$work/$name/examples/"; done
cp conf/* "$work/$name/conf/"
cp scripts/{common,jobmanager,taskmanager,standalone-job,start-cluster,stop-cluster}.sh "$work/$name/scripts/"
cp LICENSE README.md CHANGELOG.md "$work/$name/"
cp docs/*.md "$work/$name/docs/"

# Symbols travel apart: a stack trace can be read with them, and nobody downloads them for nothing.
newest=0
for program in "$work/$name/bin/weft" "$work/$name/examples"/*; do
    symbols=$work/$name-symbols/$(basename "$program").debug
    objcopy --only-keep-debug "$program" "$symbols"
    objcopy --strip-unneeded --add-gnu-debuglink="$symbols" "$program"
    needs=$(objdump -T "$program" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -Vu | tail -n 1)
    printf '%s: %s bytes, needs glibc %s\n' "$(basename "$program")" "$(stat -c %s "$program")" "$needs"
    if [[ $(printf '%s\n' "$needs" "$GLIBC" | sort -V | tail -n 1) != "$GLIBC" ]]; then
        objdump -T "$program" | grep "GLIBC_$needs" >&2
        fail "$(basename "$program") needs glibc $needs, for the symbols above; $GLIBC is the most it may"
    fi
    newest=$(printf '%s\n' "$needs" "$newest" | sort -V | tail -n 1)
done

tar -C "$work" -czf "$out/$name.tar.gz" "$name"
tar -C "$work" -czf "$out/$name-symbols.tar.gz" "$name-symbols"
printf '%s (glibc %s or later)\n%s\n' "$out/$name.tar.gz" "$newest" "$out/$name-symbols.tar.gz"
