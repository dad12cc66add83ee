//! Slots and workers of one process.
