//! What time does to containers, and what their TaskManagers do.

use super::{
    Container, ContainerCommands, ContainerId, ContainerLedger, ContainerSettings, Held, ProfileId, ReleaseReason,
    Stage,
};
use std::time::Duration;
use weft_common::Mono;

/// How long YARN's word on the end of a lost worker, or its return, is waited for before its container is released.
const LAST_WORD: Duration = Duration::from_secs(5);
/// How long a release is remembered that YARN does not confirm.
const RELEASE_MEMORY: Duration = Duration::from_secs(600);

impl ContainerLedger {
    pub(super) fn worker_registered(&mut self, now: Mono, container: ContainerId) {
        if let Some(held) = self.containers.get_mut(&container)
            && held.stage.is_admitted()
            && !matches!(held.stage, Stage::Registered { .. })
        {
            held.stage = Stage::Registered { idle_since: Some(now) };
            self.starts.succeeded(&held.host);
        }
    }

    /// A worker is idle since then, or busy. One that was idle already stays so since the first time.
    pub(super) fn worker_idle(&mut self, container: ContainerId, since: Option<Mono>) {
        if let Some(held) = self.containers.get_mut(&container)
            && let Stage::Registered { idle_since } = &mut held.stage
        {
            *idle_since = since.map(|since| idle_since.unwrap_or(since));
        }
    }

    pub(super) fn worker_lost(&mut self, now: Mono, container: ContainerId) {
        if let Some(held) = self.containers.get_mut(&container)
            && !matches!(held.stage, Stage::Lost { .. } | Stage::Releasing { .. })
        {
            held.stage = Stage::Lost { since: now };
        }
    }

    /// Ends what has lasted too long.
    pub(super) fn keep(&mut self, now: Mono, out: &mut ContainerCommands) {
        let due = |container: &Container| self.stage_deadline(container.stage).is_some_and(|deadline| deadline <= now);
        let due: Vec<_> = self.containers.iter().filter(|(_, held)| due(held)).map(|(id, _)| *id).collect();
        for container in due {
            self.time_is_up(now, container, out);
        }
        let held = self.held();
        let surplus: Vec<_> = self.demands.surplus(&held).collect();
        for (profile, surplus) in surplus {
            self.give_back_idle(now, profile, surplus, out);
        }
    }

    fn time_is_up(&mut self, now: Mono, container: ContainerId, out: &mut ContainerCommands) {
        let Some(held) = self.containers.get_mut(&container) else { return };
        match held.stage {
            Stage::Granted { .. } | Stage::Launched { .. } => {
                let host = held.host.clone();
                self.give_back(now, container, ReleaseReason::NotRegistered, out);
                self.count_failure(now, &host, out);
            }
            Stage::Inherited { since, awaited: true } if now.since(since) < self.settings.registration_timeout => {
                held.stage = Stage::Inherited { since, awaited: false };
            }
            Stage::Inherited { .. } => self.give_back(now, container, ReleaseReason::NotRegistered, out),
            Stage::Lost { .. } => self.give_back(now, container, ReleaseReason::Lost, out),
            Stage::Releasing { .. } => {
                self.containers.remove(&container);
            }
            Stage::Registered { .. } => {}
        }
    }

    /// When something happens to a container that stays in this stage.
    pub(super) fn stage_deadline(&self, stage: Stage) -> Option<Mono> {
        let ContainerSettings { registration_timeout, recovery_timeout, .. } = self.settings;
        match stage {
            Stage::Granted { since } | Stage::Launched { since } => Some(since + registration_timeout),
            Stage::Inherited { since, awaited: true } => Some(since + recovery_timeout.min(registration_timeout)),
            Stage::Inherited { since, awaited: false } => Some(since + registration_timeout),
            Stage::Lost { since } => Some(since + LAST_WORD),
            Stage::Releasing { since } => Some(since + RELEASE_MEMORY),
            Stage::Registered { .. } => None,
        }
    }

    /// Gives back workers of a profile that have been idle for long enough, those idle longest first, but not more than are too many.
    fn give_back_idle(&mut self, now: Mono, profile: ProfileId, surplus: u32, out: &mut ContainerCommands) {
        let mut idle: Vec<_> = self.idle(profile).filter(|(until, _)| *until <= now).collect();
        idle.sort_unstable();
        for (_, container) in idle.into_iter().take(surplus as usize) {
            self.give_back(now, container, ReleaseReason::Idle, out);
        }
    }

    /// When the next idle worker goes, if one does.
    pub(super) fn next_idle(&self, held: &Held) -> Option<Mono> {
        let ends = |profile| self.idle(profile).map(|(until, _)| until).min();
        self.demands.surplus(held).filter_map(|(profile, _)| ends(profile)).min()
    }

    /// The idle workers of a profile, each with the time at which it may go.
    fn idle(&self, profile: ProfileId) -> impl Iterator<Item = (Mono, ContainerId)> + '_ {
        self.containers.iter().filter_map(move |(id, held)| match held.stage {
            Stage::Registered { idle_since: Some(since) } if held.profile == profile => {
                Some((since + self.settings.idle_timeout, *id))
            }
            _ => None,
        })
    }
}
