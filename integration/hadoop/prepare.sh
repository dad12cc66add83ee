#!/usr/bin/env bash
# Fills the cache that rigs start from; HADOOP_VERSION chooses the version.
exec "$(dirname "$0")/rig.sh" prepare "$@"
