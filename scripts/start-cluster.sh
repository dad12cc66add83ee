#!/usr/bin/env bash
# Starts a JobManager on every host of conf/masters and a TaskManager for every line of conf/workers, over ssh where the host is another.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[[ $# -eq 0 ]] || fail "no arguments are expected: hosts are in conf/masters and conf/workers, everything else in conf/config.yaml"

while IFS=: read -r master port; do
    on_host "$master" jobmanager.sh start ${port:+-D "rest.port=$port"}
done < <(hosts_of "$WEFT_CONF_DIR/masters")
while IFS= read -r worker; do
    on_host "$worker" taskmanager.sh start
done < <(hosts_of "$WEFT_CONF_DIR/workers")
