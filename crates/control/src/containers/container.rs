//! A container and how far it has come.

use super::ProfileId;
use weft_common::Mono;

/// How far a container has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Its start is ordered.
    Granted { since: Mono },
    /// Its node has taken it; its TaskManager has not registered.
    Launched { since: Mono },
    /// Its TaskManager has registered.
    Registered { idle_since: Option<Mono> },
    /// It is of an earlier attempt, and its TaskManager has not registered with this one. `awaited`: as long as it is, none is asked
    /// for in its place.
    Inherited { since: Mono, awaited: bool },
    /// Its TaskManager has gone; it may come back, or YARN say why it does not.
    Lost { since: Mono },
    /// It is given back, and YARN has not said that it is gone.
    Releasing { since: Mono },
}

impl Stage {
    /// Whether it is one of the workers that are wanted.
    pub(super) fn counts(self) -> bool {
        match self {
            Stage::Granted { .. } | Stage::Launched { .. } | Stage::Registered { .. } => true,
            Stage::Inherited { awaited, .. } => awaited,
            Stage::Lost { .. } | Stage::Releasing { .. } => false,
        }
    }

    /// Whether its TaskManager may be, or become, one of the cluster.
    pub(super) fn is_admitted(self) -> bool {
        !matches!(self, Stage::Releasing { .. })
    }
}

/// A container of the ledger.
#[derive(Clone, Debug)]
pub(super) struct Container {
    pub(super) profile: ProfileId,
    pub(super) host: String,
    pub(super) stage: Stage,
}

/// The containers of a cluster in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContainerOverview {
    /// Workers wanted.
    pub wanted: u32,
    /// Containers asked for that have not come.
    pub asked: u32,
    /// Containers on their way from the grant to the registration of their TaskManager, those of earlier attempts included.
    pub starting: u32,
    /// Containers whose TaskManager has registered.
    pub registered: u32,
    /// Containers given back, or lost, of whose end YARN has not told.
    pub leaving: u32,
    /// Containers that came beyond what was wanted and were given back at once, since the beginning.
    pub surplus: u64,
}

impl ContainerOverview {
    pub(super) fn add(&mut self, stage: Stage) {
        match stage {
            Stage::Granted { .. } | Stage::Launched { .. } | Stage::Inherited { .. } => self.starting += 1,
            Stage::Registered { .. } => self.registered += 1,
            Stage::Lost { .. } | Stage::Releasing { .. } => self.leaving += 1,
        }
    }
}
