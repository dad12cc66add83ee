//! What most programs need.

pub use crate::{Arguments, EmbeddedCluster};
pub use weft_api::{
    Accumulator, Average, BoxError, CoProcessFunction, Collected, Collector, ConnectedKeyedStreams, ConnectedStreams,
    DataStream, DataStreamSink, DoubleCounter, DoubleMaximum, DoubleMinimum, EdgeCompression, Histogram, IntCounter,
    JobClient, JobResult, KeyedCoProcessFunction, KeyedContext, KeyedProcessFunction, KeyedState, KeyedStream,
    LongCounter, LongMaximum, LongMinimum, OutputTag, ProcessContext, ProcessFunction, RuntimeContext, RuntimeMode,
    StreamExecutionEnvironment, ValueHandle, ValueState,
};
pub use weft_connectors::{
    CollectSink, DataGen, DiscardSink, EnvironmentSources, FileSink, FromCollection, FromGenerator, PrintSink,
    Sequence, SocketTextSource, StreamSinks, TextFileSource, TextFormat,
};
pub use weft_record::{Decimal, Key, Record, Str, Timestamp};
