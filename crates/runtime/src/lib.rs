//! Slots, tasks, operators, timers: what runs inside a worker.
