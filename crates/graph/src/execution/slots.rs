//! Which subtasks share a slot.
//!
//! Subtask i of every vertex of a slot-sharing group lives in slot i of the group: two subtasks of one vertex never
//! meet, and forward edges stay within a slot. A group so needs as many slots as its widest vertex has subtasks, and
//! a job the sum over its groups.

use super::{ExecutionGraph, ExecutionVertexId};
use std::collections::BTreeMap;

/// The subtasks that share one slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotSharingSlice {
    /// Their slot-sharing group.
    pub group: String,
    /// Which of the group's slots this is, from 0.
    pub index: u32,
    /// The subtasks, in topological order of their vertices.
    pub subtasks: Vec<ExecutionVertexId>,
}

impl ExecutionGraph {
    /// The slots each slot-sharing group needs.
    pub fn slots_by_group(&self) -> BTreeMap<&str, u32> {
        let mut needed = BTreeMap::new();
        for vertex in self.vertices() {
            let slots = needed.entry(vertex.slot_sharing_group.as_str()).or_insert(0);
            *slots = vertex.parallelism.max(*slots);
        }
        needed
    }

    /// The slots the job needs to run all of its tasks at once.
    pub fn needed_slots(&self) -> u32 {
        self.slots_by_group().values().sum()
    }

    /// The content of every slot, by group and index.
    pub fn slot_sharing_slices(&self) -> Vec<SlotSharingSlice> {
        let groups = self.slots_by_group().into_iter();
        groups.flat_map(|(group, slots)| (0..slots).map(move |index| self.slice(group, index))).collect()
    }

    fn slice(&self, group: &str, index: u32) -> SlotSharingSlice {
        let of_group = self.vertices().iter().filter(|vertex| vertex.slot_sharing_group == group);
        let present = of_group.filter(|vertex| index < vertex.parallelism);
        let subtasks = present.map(|vertex| ExecutionVertexId { vertex: vertex.id, subtask: index }).collect();
        SlotSharingSlice { group: group.to_owned(), index, subtasks }
    }
}

/// The id of a slot sharing group for clients that know groups by ids: the same for the same name.
pub fn slot_sharing_group_id(group: &str) -> u128 {
    crate::digest::Digest::new("slot sharing group").text(group).finish()
}
