//! What is submitted, and how it ended.

use super::enums::Numbered;
use super::ids::{read_id, say_id};
use super::{Wire, WireError, optional, read_all, required, say_all};
use crate::proto::model;
use crate::{JobOutcome, JobSpec, ProgramSpec, Replay};
use weft_common::{ErrorKind, JobId, OperatorId};
use weft_control::{FinalFailure, JobStatus};
use weft_graph::StreamGraph;

/// Says a graph: as JSON, which is how a graph is stored everywhere.
pub(super) fn say_graph(graph: &StreamGraph) -> Vec<u8> {
    serde_json::to_vec(graph).expect("invariant: a stream graph holds only texts, numbers and lists")
}

/// Reads a graph.
pub(super) fn read_graph(field: &'static str, json: &[u8]) -> Result<StreamGraph, WireError> {
    serde_json::from_slice(json).map_err(|error| WireError::Graph { field, detail: error.to_string() })
}

impl Wire for JobSpec {
    type Message = model::JobSpec;

    fn into_wire(self) -> model::JobSpec {
        model::JobSpec {
            job: say_id(self.job.0),
            program: Some(self.program.into_wire()),
            execution: self.execution,
            replay: Some(self.replay.into_wire()),
            graph: say_graph(&self.graph),
            configuration: self.configuration,
        }
    }

    fn from_wire(message: model::JobSpec) -> Result<Self, WireError> {
        Ok(JobSpec {
            job: JobId(read_id("JobSpec.job", &message.job)?),
            program: required("JobSpec.program", message.program)?,
            execution: message.execution,
            replay: required("JobSpec.replay", message.replay)?,
            graph: read_graph("JobSpec.graph", &message.graph)?,
            configuration: message.configuration,
        })
    }
}

impl Wire for ProgramSpec {
    type Message = model::ProgramSpec;

    fn into_wire(self) -> model::ProgramSpec {
        model::ProgramSpec {
            name: self.name,
            artifact: Some(self.artifact.into_wire()),
            arguments: self.arguments,
            environment: self.environment,
        }
    }

    fn from_wire(message: model::ProgramSpec) -> Result<Self, WireError> {
        Ok(ProgramSpec {
            name: message.name,
            artifact: required("ProgramSpec.artifact", message.artifact)?,
            arguments: message.arguments,
            environment: message.environment,
        })
    }
}

impl Wire for Replay {
    type Message = model::Replay;

    fn into_wire(self) -> model::Replay {
        model::Replay { outcomes: say_all(self.outcomes), once: self.once }
    }

    fn from_wire(message: model::Replay) -> Result<Self, WireError> {
        Ok(Replay { outcomes: read_all(message.outcomes)?, once: message.once })
    }
}

impl Wire for JobOutcome {
    type Message = model::JobOutcome;

    fn into_wire(self) -> model::JobOutcome {
        model::JobOutcome {
            job: say_id(self.job.0),
            status: self.status.number(),
            failure: self.failure.map(Wire::into_wire),
            results: say_all(self.results),
            duration: Some(self.duration.into_wire()),
            accumulators: say_all(self.accumulators),
        }
    }

    fn from_wire(message: model::JobOutcome) -> Result<Self, WireError> {
        Ok(JobOutcome {
            job: JobId(read_id("JobOutcome.job", &message.job)?),
            status: JobStatus::from_number("JobOutcome.status", message.status)?,
            failure: optional(message.failure)?,
            results: read_all(message.results)?,
            accumulators: read_all(message.accumulators)?,
            duration: required("JobOutcome.duration", message.duration)?,
        })
    }
}

impl Wire for (OperatorId, Vec<u8>) {
    type Message = model::OperatorPayload;

    fn into_wire(self) -> model::OperatorPayload {
        model::OperatorPayload { operator: say_id(self.0.0), payload: self.1 }
    }

    fn from_wire(message: model::OperatorPayload) -> Result<Self, WireError> {
        Ok((OperatorId(read_id("OperatorPayload.operator", &message.operator)?), message.payload))
    }
}

impl Wire for FinalFailure {
    type Message = model::FinalFailure;

    fn into_wire(self) -> model::FinalFailure {
        model::FinalFailure { message: self.message, kind: self.kind.number() }
    }

    fn from_wire(message: model::FinalFailure) -> Result<Self, WireError> {
        let kind = ErrorKind::from_number("FinalFailure.kind", message.kind)?;
        Ok(FinalFailure { message: message.message, kind })
    }
}
