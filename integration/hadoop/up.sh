#!/usr/bin/env bash
# Starts Hadoop on this machine: up.sh [--ha] [--stock] …; up.sh --help lists the rest.
exec "$(dirname "$0")/rig.sh" up "$@"
