#!/usr/bin/env bash
# Runs a class of Hadoop's as the client: java.sh org.apache.hadoop.fs.FsShell -ls /.
exec "$(dirname "$0")/rig.sh" java "$@"
