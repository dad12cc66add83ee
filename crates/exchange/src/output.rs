//! One destination of a writer.

use crate::builder::RecordLimit;
use crate::local_output::LocalOutput;
use crate::remote_output::{RemoteOutput, Sending};
use crate::scatter::Run;
use crate::{ExchangeError, Progress};
use weft_record::{Record, StreamEvent};

/// One destination of a writer.
pub(crate) enum Output<T> {
    Local(LocalOutput<T>),
    Remote(RemoteOutput),
}

impl<T: Record> Output<T> {
    pub(crate) fn accept(
        &mut self,
        run: &mut Run<'_, T>,
        keyed: bool,
        limit: &RecordLimit,
        to: &mut Sending<'_>,
    ) -> Result<Progress, ExchangeError> {
        match self {
            Self::Local(output) => Ok(output.accept(run, keyed, to)),
            Self::Remote(output) => output.accept(run, limit, to),
        }
    }

    pub(crate) fn event(&mut self, event: StreamEvent, to: &mut Sending<'_>) {
        match self {
            Self::Local(output) => output.event(event, to),
            Self::Remote(output) => output.event(event, to),
        }
    }

    pub(crate) fn flush(&mut self, to: &mut Sending<'_>) {
        match self {
            Self::Local(output) => output.flush(to),
            Self::Remote(output) => output.flush(to),
        }
    }

    pub(crate) fn settle(&mut self, to: &mut Sending<'_>) {
        match self {
            Self::Local(output) => {
                output.settle(to);
            }
            Self::Remote(output) => output.settle(to),
        }
    }

    pub(crate) fn is_blocked(&self) -> bool {
        match self {
            Self::Local(output) => output.is_blocked(),
            Self::Remote(_) => false,
        }
    }

    pub(crate) fn has_unflushed(&self) -> bool {
        match self {
            Self::Local(output) => output.has_unflushed(),
            Self::Remote(output) => output.has_unflushed(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Local(output) => output.is_empty(),
            Self::Remote(output) => output.is_empty(),
        }
    }

    pub(crate) fn held_bytes(&self) -> usize {
        match self {
            Self::Local(output) => output.held_bytes(),
            Self::Remote(output) => output.held_bytes(),
        }
    }

    pub(crate) fn waits_for(&self) -> String {
        match self {
            Self::Local(output) => output.waits_for(),
            Self::Remote(output) => output.waits_for(),
        }
    }
}
