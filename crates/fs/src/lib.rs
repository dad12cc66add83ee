//! File systems behind one trait: local, in-memory with injected faults.
