#!/usr/bin/env bash
# Runs a command of the rig: rig.sh up|down|kill|start|env|prepare …; each has a script of its own name.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# The system's Python first: a version manager's shim takes longer to start than the command itself.
python=/usr/bin/python3
[ -x "$python" ] || python=$(command -v python3) || {
    echo "hadoop: python3 is missing: run scripts/setup.sh" >&2
    exit 1
}
# -B: nothing is written into the checkout.
PYTHONPATH=$here exec "$python" -B -m rig "$@"
