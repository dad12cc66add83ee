//! The shell around the control machines: Dispatcher, ResourceManager, JobMaster, coordinators.
