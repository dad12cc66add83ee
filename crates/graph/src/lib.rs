//! StreamGraph, JobGraph and ExecutionGraph: what a program is, how it is chained, what runs.
