#!/usr/bin/env bash
# Starts a daemon again that was stopped: start.sh dn2.
exec "$(dirname "$0")/rig.sh" start "$@"
