//! Derive macros for weft-record.
