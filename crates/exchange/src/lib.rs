//! The data plane: partitioners, builders, credits, gates and transports.
