//! Two keyed streams as the inputs of one operator.

use super::KeyedStream;
use crate::DataStream;
use weft_record::Record;
use weft_runtime::OperatorContext;
use weft_runtime::operators::{KeySelector, KeyedCoProcessFunction, KeyedCoProcessOperator, SidePorts, per_subtask};

/// Two streams with keys of one type that feed the two inputs of the next operator; in it they share state and timers by key.
pub struct ConnectedKeyedStreams<A, B, S, Z> {
    pub(super) first: KeyedStream<A, S>,
    pub(super) second: KeyedStream<B, Z>,
}

impl<A: Record, B: Record, S, Z> ConnectedKeyedStreams<A, B, S, Z>
where
    S: KeySelector<A>,
    Z: KeySelector<B, Key = S::Key>,
{
    /// Gives every record of both to a keyed process function, which has state and timers of its key and side outputs.
    #[track_caller]
    pub fn process<P>(self, function: P) -> DataStream<P::Out>
    where
        P: KeyedCoProcessFunction<S::Key, A, B> + Clone + Send,
    {
        self.process_with(move |_| function.clone())
    }

    /// Gives every record of both to a keyed process function made in every subtask.
    #[track_caller]
    pub fn process_with<P: KeyedCoProcessFunction<S::Key, A, B>>(
        self,
        make: impl Fn(&OperatorContext) -> P + Clone + Send + 'static,
    ) -> DataStream<P::Out> {
        let sides = SidePorts::default();
        let ports = sides.clone();
        let prototype = (self.first.selector, self.second.selector, make);
        let factory = per_subtask(prototype, move |(first, second, make), context| {
            Ok(Box::new(KeyedCoProcessOperator::new(first, second, make(context), ports.clone())))
        });
        self.first.stream.two_inputs(self.second.stream, "Co-KeyedProcess", factory).with_sides(sides)
    }
}
