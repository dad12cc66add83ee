//! The messages and gateways between client, JobManager, TaskManager, worker and coordinator.
