#!/usr/bin/env bash
# Starts or stops a JobManager on this machine. Arguments after the command go to `weft jobmanager`.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
role_script jobmanager standalonesession "jobmanager.sh start|start-foreground|stop|stop-all [-D KEY=VALUE]..." "$@"
