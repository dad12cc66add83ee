//! What is wanted of every profile, and what the ResourceManager has been asked for.

use super::{ContainerAsk, GrantedContainer, ProfileId};
use std::collections::BTreeMap;

/// One profile.
#[derive(Clone, Copy, Debug)]
struct Demand {
    wanted: u32,
    /// What the ResourceManager still has to give, as far as is known; it counts down by itself what it gives. `None`: to be said anew.
    asked: Option<u32>,
}

/// All profiles.
#[derive(Clone, Debug)]
pub(super) struct Demands(BTreeMap<ProfileId, Demand>);

/// How many containers of each profile there are.
pub(super) type Held = BTreeMap<ProfileId, u32>;

impl Demands {
    pub(super) fn new(profiles: impl IntoIterator<Item = ProfileId>) -> Self {
        Demands(profiles.into_iter().map(|profile| (profile, Demand { wanted: 0, asked: Some(0) })).collect())
    }

    pub(super) fn knows(&self, profile: ProfileId) -> bool {
        self.0.contains_key(&profile)
    }

    pub(super) fn want(&mut self, profile: ProfileId, workers: u32) {
        if let Some(demand) = self.0.get_mut(&profile) {
            demand.wanted = workers;
        }
    }

    pub(super) fn wanted(&self, profile: ProfileId) -> u32 {
        self.0.get(&profile).map_or(0, |demand| demand.wanted)
    }

    pub(super) fn total_wanted(&self) -> u32 {
        self.0.values().fold(0, |sum, demand| sum.saturating_add(demand.wanted))
    }

    pub(super) fn total_asked(&self) -> u32 {
        self.0.values().fold(0, |sum, demand| sum.saturating_add(demand.asked.unwrap_or(0)))
    }

    /// An answer brought containers, to a heartbeat that asked for these profiles. Those are to be said anew: what came may have been
    /// given before the new number arrived, which then still stands in full, or after.
    pub(super) fn granted(&mut self, asked_just_now: &[ProfileId], containers: &[GrantedContainer]) {
        for GrantedContainer { profile, .. } in containers {
            let Some(demand) = self.0.get_mut(profile) else { continue };
            demand.asked = match asked_just_now.contains(profile) {
                true => None,
                false => demand.asked.map(|asked| asked.saturating_sub(1)),
            };
        }
    }

    /// A container ended that was never told of: it may have been one of those asked for, of whichever profile.
    pub(super) fn doubt(&mut self) {
        self.0.values_mut().filter(|demand| demand.asked != Some(0)).for_each(|demand| demand.asked = None);
    }

    /// The ResourceManager has forgotten everything.
    pub(super) fn forgotten(&mut self) {
        self.0.values_mut().for_each(|demand| demand.asked = Some(0));
    }

    /// What there is to say, given what is held; while starts pause, nothing more is wanted.
    pub(super) fn news<'a>(&'a self, held: &'a Held, paused: bool) -> impl Iterator<Item = ContainerAsk> + 'a {
        self.0.iter().filter_map(move |(profile, demand)| {
            let containers = demand.missing(held_of(held, *profile), paused);
            (demand.asked != Some(containers)).then_some(ContainerAsk { profile: *profile, containers })
        })
    }

    /// What was said.
    pub(super) fn said(&mut self, asks: &[ContainerAsk]) {
        for ask in asks {
            if let Some(demand) = self.0.get_mut(&ask.profile) {
                demand.asked = Some(ask.containers);
            }
        }
    }

    /// Whether containers are to come.
    pub(super) fn waits(&self) -> bool {
        self.0.values().any(|demand| demand.asked != Some(0))
    }

    /// By profile, how many containers there are too many.
    pub(super) fn surplus<'a>(&'a self, held: &'a Held) -> impl Iterator<Item = (ProfileId, u32)> + 'a {
        let over = move |(profile, demand): (&ProfileId, &Demand)| {
            let surplus = held_of(held, *profile).saturating_sub(demand.wanted);
            (surplus > 0).then_some((*profile, surplus))
        };
        self.0.iter().filter_map(over)
    }
}

impl Demand {
    fn missing(&self, held: u32, paused: bool) -> u32 {
        if paused { 0 } else { self.wanted.saturating_sub(held) }
    }
}

pub(super) fn held_of(held: &Held, profile: ProfileId) -> u32 {
    held.get(&profile).copied().unwrap_or(0)
}
