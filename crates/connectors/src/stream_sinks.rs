//! Sinks as methods of a stream.

use weft_api::DataStream;
#[allow(unused_imports, reason = "each is used with some of the features")]
use weft_api::{Collected, DataStreamSink};
use weft_record::Record;

/// Built-in ends of a stream.
pub trait StreamSinks<T: Record>: Sized {
    /// Prints every record to standard output. See [`PrintSink`](crate::PrintSink).
    #[cfg(feature = "print")]
    #[track_caller]
    fn print(self) -> DataStreamSink
    where
        T: crate::TextFormat;

    /// Prints every record to standard error.
    #[cfg(feature = "print")]
    #[track_caller]
    fn print_to_err(self) -> DataStreamSink
    where
        T: crate::TextFormat;

    /// Sends every record to the client: `stream.collect()` before `execute`, and `.of(&result)` on what it returns after.
    #[cfg(feature = "collect")]
    #[track_caller]
    fn collect(self) -> Collected<T>;

    /// Drops every record.
    #[cfg(feature = "discard")]
    #[track_caller]
    fn discard(self) -> DataStreamSink;
}

impl<T: Record> StreamSinks<T> for DataStream<T> {
    #[cfg(feature = "print")]
    #[track_caller]
    fn print(self) -> DataStreamSink
    where
        T: crate::TextFormat,
    {
        let sink = crate::PrintSink::stdout();
        let name = sink.operator_name();
        self.sink_named(sink, name)
    }

    #[cfg(feature = "print")]
    #[track_caller]
    fn print_to_err(self) -> DataStreamSink
    where
        T: crate::TextFormat,
    {
        let sink = crate::PrintSink::stderr();
        let name = sink.operator_name();
        self.sink_named(sink, name)
    }

    #[cfg(feature = "collect")]
    #[track_caller]
    fn collect(self) -> Collected<T> {
        self.sink_named(crate::CollectSink::new(), "Collect").collected()
    }

    #[cfg(feature = "discard")]
    #[track_caller]
    fn discard(self) -> DataStreamSink {
        self.sink_named(crate::DiscardSink::new(), "Discard")
    }
}
