#!/usr/bin/env bash
# Ends a rig and deletes its directory.
exec "$(dirname "$0")/rig.sh" down "$@"
