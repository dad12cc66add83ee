#!/usr/bin/env bash
# Application mode without YARN: a JobManager that runs one program, and ends when that does. TaskManagers are started with taskmanager.sh.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
usage="standalone-job.sh start|start-foreground [-D KEY=VALUE]... PROGRAM [ARGUMENT]... | stop | stop-all"
if [[ ${1:-} == start* && $# -lt 2 ]]; then
    printf 'usage: %s\n' "$usage" >&2
    exit 2
fi
role_script jobmanager standalonejob "$usage" "$@"
