//! What program authors depend on: prelude, entry point, embedded cluster, test kit.
