//! What scheduling needs to know of an ExecutionGraph, under dense numbers.
//!
//! Tasks, slices (the tasks that share one slot) and pipelined regions are numbered from 0; a [`TaskIndex`] or
//! [`SliceIndex`] comes from the topology that it is used with, so looking one up cannot fail.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use weft_common::JobVertexId;
use weft_graph::{ExchangeMode, ExecutionGraph, ExecutionVertexId};

/// A task: its place among all subtasks of the job, vertices in topological order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskIndex(usize);

impl TaskIndex {
    /// The number, from 0.
    pub fn get(self) -> usize {
        self.0
    }
}

/// One slot's worth of tasks: subtask i of every vertex of a slot-sharing group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SliceIndex(usize);

impl SliceIndex {
    /// The number, from 0.
    pub fn get(self) -> usize {
        self.0
    }
}

/// What people are told about a vertex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopologyVertex {
    /// Its id.
    pub id: JobVertexId,
    /// The names of its chain.
    pub name: String,
    /// The number of subtasks.
    pub parallelism: u32,
    first: usize,
}

/// Tasks that fail together, and the regions that consume what they produce.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopologyRegion {
    /// The tasks.
    pub tasks: Vec<TaskIndex>,
    /// The regions fed by blocking exchanges from this one.
    pub consumers: BTreeSet<usize>,
}

#[derive(Clone, Debug)]
struct Task {
    id: ExecutionVertexId,
    vertex: usize,
    slice: SliceIndex,
    region: usize,
}

/// The tasks of a job with their slots and regions.
#[derive(Clone, Debug)]
pub struct Topology {
    vertices: Vec<TopologyVertex>,
    positions: HashMap<JobVertexId, usize>,
    tasks: Vec<Task>,
    slices: Vec<Vec<TaskIndex>>,
    slots_by_group: BTreeMap<String, u32>,
    regions: Vec<TopologyRegion>,
}

impl Topology {
    /// Numbers the tasks of a graph.
    pub fn new(graph: &ExecutionGraph) -> Self {
        let mut topology = Topology {
            vertices: Vec::new(),
            positions: HashMap::new(),
            tasks: Vec::new(),
            slices: Vec::new(),
            slots_by_group: graph.slots_by_group().into_iter().map(|(group, n)| (group.to_owned(), n)).collect(),
            regions: Vec::new(),
        };
        topology.number_tasks(graph);
        topology.number_slices(graph);
        topology.link_regions(graph);
        topology
    }

    fn number_tasks(&mut self, graph: &ExecutionGraph) {
        for (position, vertex) in graph.vertices().iter().enumerate() {
            self.positions.insert(vertex.id, position);
            self.vertices.push(TopologyVertex {
                id: vertex.id,
                name: vertex.name.clone(),
                parallelism: vertex.parallelism,
                first: self.tasks.len(),
            });
            let slice = SliceIndex(0);
            let tasks = vertex.subtasks().iter();
            self.tasks.extend(tasks.map(|task| Task {
                id: task.id,
                vertex: position,
                slice,
                region: task.region as usize,
            }));
        }
    }

    fn number_slices(&mut self, graph: &ExecutionGraph) {
        for (number, slice) in graph.slot_sharing_slices().into_iter().enumerate() {
            let tasks: Vec<_> = slice.subtasks.into_iter().filter_map(|id| self.task(id)).collect();
            for task in &tasks {
                if let Some(task) = self.tasks.get_mut(task.0) {
                    task.slice = SliceIndex(number);
                }
            }
            self.slices.push(tasks);
        }
    }

    fn link_regions(&mut self, graph: &ExecutionGraph) {
        for region in graph.pipelined_regions() {
            let tasks = region.subtasks.into_iter().filter_map(|id| self.task(id)).collect();
            self.regions.push(TopologyRegion { tasks, consumers: BTreeSet::new() });
        }
        for result in graph.results().iter().filter(|result| result.exchange != ExchangeMode::Pipelined) {
            let (Some(from), Some(to)) = (self.vertices.get(result.producer), self.vertices.get(result.consumer))
            else {
                continue;
            };
            let (from, to) = (from.first, to.first);
            for producer in 0..result.producers {
                for consumer in result.targets(producer) {
                    let fed = self.region_of(TaskIndex(to + consumer as usize));
                    let feeding = self.region_of(TaskIndex(from + producer as usize));
                    if let Some(region) = self.regions.get_mut(feeding).filter(|_| feeding != fed) {
                        region.consumers.insert(fed);
                    }
                }
            }
        }
    }

    /// The vertices, in topological order.
    pub fn vertices(&self) -> &[TopologyVertex] {
        &self.vertices
    }

    /// Every task.
    pub fn tasks(&self) -> impl ExactSizeIterator<Item = TaskIndex> + use<> {
        (0..self.tasks.len()).map(TaskIndex)
    }

    /// The number of a subtask, if the job has it.
    pub fn task(&self, id: ExecutionVertexId) -> Option<TaskIndex> {
        let vertex = self.vertices.get(*self.positions.get(&id.vertex)?)?;
        (id.subtask < vertex.parallelism).then(|| TaskIndex(vertex.first + id.subtask as usize))
    }

    /// The subtask that has a number.
    pub fn id(&self, task: TaskIndex) -> ExecutionVertexId {
        self.entry(task).id
    }

    /// The slice a task is in.
    pub fn slice_of(&self, task: TaskIndex) -> SliceIndex {
        self.entry(task).slice
    }

    /// Every slice.
    pub fn slices(&self) -> impl ExactSizeIterator<Item = SliceIndex> + use<> {
        (0..self.slices.len()).map(SliceIndex)
    }

    /// The tasks of a slice.
    pub fn tasks_of(&self, slice: SliceIndex) -> &[TaskIndex] {
        self.slices.get(slice.0).map_or(&[], Vec::as_slice)
    }

    /// The slots that each slot-sharing group needs to run everything at once.
    pub fn slots_by_group(&self) -> &BTreeMap<String, u32> {
        &self.slots_by_group
    }

    /// The pipelined regions.
    pub fn regions(&self) -> &[TopologyRegion] {
        &self.regions
    }

    /// The number of the region a task is in.
    pub fn region_of(&self, task: TaskIndex) -> usize {
        self.entry(task).region
    }

    /// The task as people know it: `Flat Map (2/4)#0`.
    pub fn name_of(&self, task: TaskIndex, attempt: u32) -> String {
        let entry = self.entry(task);
        let (name, parallelism) =
            self.vertices.get(entry.vertex).map_or(("", 0), |vertex| (vertex.name.as_str(), vertex.parallelism));
        format!("{name} ({}/{parallelism})#{attempt}", entry.id.subtask + 1)
    }

    fn entry(&self, task: TaskIndex) -> &Task {
        self.tasks.get(task.0).expect("invariant: a TaskIndex is made by its topology and tasks are never removed")
    }
}
