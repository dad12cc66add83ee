//! An operator of a program.

use crate::OperatorLabel;
use crate::schema::SchemaRef;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::panic::Location;

/// How an operator stands in the flow of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OperatorKind {
    /// Makes records; has no input.
    Source {
        /// It comes to an end by itself.
        bounded: bool,
    },
    /// Reads one stream, or a union of streams, as input 0.
    OneInput,
    /// Reads two connected streams, as inputs 0 and 1.
    TwoInput,
    /// Reads one stream and gives it to the outside world.
    Sink,
}

impl OperatorKind {
    /// The number of inputs.
    pub fn inputs(self) -> u32 {
        match self {
            OperatorKind::Source { .. } => 0,
            OperatorKind::OneInput | OperatorKind::Sink => 1,
            OperatorKind::TwoInput => 2,
        }
    }

    /// Whether this is a source.
    pub fn is_source(self) -> bool {
        matches!(self, OperatorKind::Source { .. })
    }

    /// A number that no other kind has, now or later: part of derived operator ids.
    pub(crate) fn tag(self) -> u64 {
        match self {
            OperatorKind::Source { .. } => 0,
            OperatorKind::OneInput => 1,
            OperatorKind::TwoInput => 2,
            OperatorKind::Sink => 3,
        }
    }
}

impl fmt::Display for OperatorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OperatorKind::Source { bounded: true } => "bounded source",
            OperatorKind::Source { bounded: false } => "unbounded source",
            OperatorKind::OneInput => "one-input operator",
            OperatorKind::TwoInput => "two-input operator",
            OperatorKind::Sink => "sink",
        })
    }
}

/// Whether an operator may share a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ChainingStrategy {
    /// With the operator before it and those after it.
    #[default]
    Always,
    /// Only with those after it: it begins a chain (`start_new_chain`).
    Head,
    /// With nobody (`disable_chaining`).
    Never,
}

/// A place in the program's text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProgramPlace {
    /// The source file, as the compiler names it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

impl ProgramPlace {
    /// The place that called the nearest function marked `#[track_caller]`.
    #[track_caller]
    pub fn caller() -> Self {
        let location = Location::caller();
        ProgramPlace { file: location.file().to_owned(), line: location.line() }
    }
}

impl fmt::Display for ProgramPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// An output beside the main one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideOutput {
    /// The name by which the program asks for it.
    pub tag: String,
    /// What its records are.
    pub schema: SchemaRef,
}

/// An operator: what it is, and what the program's author said about it. `None` is "nothing said".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamNode {
    /// How it stands in the flow.
    pub kind: OperatorKind,
    /// What it does, such as `map`: part of the fingerprint, not changed by naming it.
    pub operation: String,
    /// What people call it.
    pub name: String,
    /// The name its state is found by, whatever becomes of the program around it.
    pub uid: Option<String>,
    /// Its parallelism.
    pub parallelism: Option<u32>,
    /// Its number of key groups.
    pub max_parallelism: Option<u32>,
    /// Whose slots its subtasks may share; inherited from the inputs when not said.
    pub slot_sharing_group: Option<String>,
    /// The operators whose subtasks i must run in one slot with subtask i of this one.
    #[serde(default)]
    pub co_location_group: Option<String>,
    /// Whether it may share a chain.
    pub chaining: ChainingStrategy,
    /// It blocks the thread it runs on, so its chain must have one of its own.
    pub blocking: bool,
    /// What the records of its main output are.
    pub output: SchemaRef,
    /// Outputs 1, 2, …
    pub side_outputs: Vec<SideOutput>,
    /// Its states by name.
    pub states: BTreeMap<String, SchemaRef>,
    /// Where the program made it.
    pub place: Option<ProgramPlace>,
}

impl StreamNode {
    /// An operator called by what it does, about which nothing more is said.
    pub fn new(kind: OperatorKind, operation: impl Into<String>, output: SchemaRef) -> Self {
        let operation = operation.into();
        StreamNode {
            kind,
            name: operation.clone(),
            operation,
            uid: None,
            parallelism: None,
            max_parallelism: None,
            slot_sharing_group: None,
            co_location_group: None,
            chaining: ChainingStrategy::Always,
            blocking: false,
            output,
            side_outputs: Vec::new(),
            states: BTreeMap::new(),
            place: None,
        }
    }

    /// The name that logs, metrics and plans show: sources and sinks say that they are.
    pub fn display_name(&self) -> String {
        match self.kind {
            OperatorKind::Source { .. } => format!("Source: {}", self.name),
            OperatorKind::Sink => format!("Sink: {}", self.name),
            OperatorKind::OneInput | OperatorKind::TwoInput => self.name.clone(),
        }
    }

    /// How errors call it.
    pub fn label(&self) -> OperatorLabel {
        OperatorLabel { name: self.name.clone(), place: self.place.clone().map(Box::new) }
    }

    /// The schema of an output: 0 the main one, then the side outputs.
    pub fn output_schema(&self, output: u32) -> Option<&SchemaRef> {
        match output.checked_sub(1) {
            None => Some(&self.output),
            Some(side) => self.side_outputs.get(side as usize).map(|side| &side.schema),
        }
    }

    /// The number of the side output with this tag, which is added when there is none yet.
    pub fn side_output(&mut self, tag: &str, schema: SchemaRef) -> u32 {
        let position = self.side_outputs.iter().position(|side| side.tag == tag).unwrap_or_else(|| {
            self.side_outputs.push(SideOutput { tag: tag.to_owned(), schema });
            self.side_outputs.len() - 1
        });
        position as u32 + 1
    }
}
