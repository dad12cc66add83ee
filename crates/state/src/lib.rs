//! Keyed state: tables, values, timers.
