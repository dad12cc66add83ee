#!/usr/bin/env bash
# Sends a daemon a signal: kill.sh nn1 [STOP|CONT|KILL|TERM].
exec "$(dirname "$0")/rig.sh" kill "$@"
