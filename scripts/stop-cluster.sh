#!/usr/bin/env bash
# Stops what start-cluster.sh started: the TaskManagers of conf/workers, then the JobManagers of conf/masters.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

hosts_of "$WEFT_CONF_DIR/workers" | sort -u | while IFS= read -r worker; do
    on_host "$worker" taskmanager.sh stop-all
done
hosts_of "$WEFT_CONF_DIR/masters" | sed 's/:.*//' | sort -u | while IFS= read -r master; do
    on_host "$master" jobmanager.sh stop-all
done
