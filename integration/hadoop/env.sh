#!/usr/bin/env bash
# Points a shell at the rig: eval "$(integration/hadoop/env.sh)".
exec "$(dirname "$0")/rig.sh" env "$@"
