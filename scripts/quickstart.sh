#!/usr/bin/env bash
# From a bare machine to a first result: installs the tools, builds the word count example and counts a book.
# Usage: scripts/quickstart.sh [TEXT_FILE]
set -euo pipefail
input=$(realpath -e -- "${1:-$(dirname "$0")/../crates/weft/examples/data/alice.txt}")
cd "$(dirname "$0")/.."

scripts/setup.sh
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/weft/target}
output=$(mktemp -d "${TMPDIR:-/tmp}/weft-quickstart.XXXXXX")/counts

printf 'Building the word count example (some minutes the first time).\n'
cargo build --locked --release --quiet --package weft --example word_count
printf 'Counting the words of %s.\n' "$input"
"$CARGO_TARGET_DIR/release/examples/word_count" --input "$input" --output "$output" --final

# A line of the result reads (word,count); the word itself may hold a comma, the count never.
printf '\nThe ten most frequent words:\n'
find "$output" -type f ! -name '.*' -exec cat {} + |
    sed -E 's/^\((.*),([0-9]+)\)$/\2 \1/' | sort -k1,1nr -k2 | awk 'NR <= 10 { printf "%7d  %s\n", $1, $2 }'
printf '\nAll counts are in %s\n' "$output"
