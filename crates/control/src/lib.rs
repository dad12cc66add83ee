//! The decisions of a cluster as state machines without I/O.
