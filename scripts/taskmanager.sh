#!/usr/bin/env bash
# Starts or stops a TaskManager on this machine. Arguments after the command go to `weft taskmanager`.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
role_script taskmanager taskexecutor "taskmanager.sh start|start-foreground|stop|stop-all [-D KEY=VALUE]..." "$@"
