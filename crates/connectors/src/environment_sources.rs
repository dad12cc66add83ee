//! Sources as methods of the environment.

#[allow(unused_imports, reason = "each is used with some of the features")]
use weft_api::DataStream;
use weft_api::StreamExecutionEnvironment;
#[allow(unused_imports, reason = "each is used with some of the features")]
use weft_record::{Record, Str};

/// Streams from built-in sources.
#[allow(clippy::wrong_self_convention, reason = "the names that users of stream engines know")]
pub trait EnvironmentSources {
    /// The lines of a file, or of the files in a directory and below it. See [`TextFileSource`](crate::TextFileSource).
    #[cfg(feature = "text-files")]
    #[track_caller]
    fn read_text_file(&self, path: impl AsRef<std::path::Path>) -> DataStream<Str>;

    /// These records, in this order: read by one subtask unless the stream is given a parallelism.
    #[cfg(feature = "collection")]
    #[track_caller]
    fn from_elements<T: Record, const N: usize>(&self, elements: [T; N]) -> DataStream<T>;

    /// The records of a collection, in its order: read by one subtask unless the stream is given a parallelism.
    #[cfg(feature = "collection")]
    #[track_caller]
    fn from_collection<T: Record>(&self, collection: impl IntoIterator<Item = T>) -> DataStream<T>;

    /// The whole numbers from one to another, both included.
    #[cfg(feature = "sequence")]
    #[track_caller]
    fn from_sequence(&self, from: i64, to: i64) -> DataStream<i64>;

    /// `function(0)` to `function(count − 1)`, as fast as they are taken.
    #[cfg(feature = "generator")]
    #[track_caller]
    fn generate<T: Record>(&self, count: u64, function: impl FnMut(u64) -> T + Clone + Send + 'static)
    -> DataStream<T>;

    /// `function(0)`, `function(1)`, … without end, `per_second` records a second over all subtasks.
    #[cfg(feature = "datagen")]
    #[track_caller]
    fn generate_at_rate<T: Record>(
        &self,
        per_second: f64,
        function: impl FnMut(u64) -> T + Clone + Send + 'static,
    ) -> DataStream<T>;

    /// The lines that a TCP peer sends until it closes the connection. See [`SocketTextSource`](crate::SocketTextSource).
    #[cfg(feature = "socket")]
    #[track_caller]
    fn socket_text_stream(&self, host: &str, port: u16) -> DataStream<Str>;
}

impl EnvironmentSources for StreamExecutionEnvironment {
    #[cfg(feature = "text-files")]
    #[track_caller]
    fn read_text_file(&self, path: impl AsRef<std::path::Path>) -> DataStream<Str> {
        let source = crate::TextFileSource::new(path);
        self.from_source(source, "Text File")
    }

    #[cfg(feature = "collection")]
    #[track_caller]
    fn from_elements<T: Record, const N: usize>(&self, elements: [T; N]) -> DataStream<T> {
        self.from_collection(elements)
    }

    #[cfg(feature = "collection")]
    #[track_caller]
    fn from_collection<T: Record>(&self, collection: impl IntoIterator<Item = T>) -> DataStream<T> {
        self.from_source(crate::FromCollection::new(collection), "Collection Source").set_parallelism(1)
    }

    #[cfg(feature = "sequence")]
    #[track_caller]
    fn from_sequence(&self, from: i64, to: i64) -> DataStream<i64> {
        self.from_source(crate::Sequence::new(from, to), "Sequence Source")
    }

    #[cfg(feature = "generator")]
    #[track_caller]
    fn generate<T: Record>(
        &self,
        count: u64,
        function: impl FnMut(u64) -> T + Clone + Send + 'static,
    ) -> DataStream<T> {
        self.from_source(crate::FromGenerator::new(count, function), "Generator")
    }

    #[cfg(feature = "datagen")]
    #[track_caller]
    fn generate_at_rate<T: Record>(
        &self,
        per_second: f64,
        function: impl FnMut(u64) -> T + Clone + Send + 'static,
    ) -> DataStream<T> {
        self.from_source(crate::DataGen::new(per_second, function), "Data Generator")
    }

    #[cfg(feature = "socket")]
    #[track_caller]
    fn socket_text_stream(&self, host: &str, port: u16) -> DataStream<Str> {
        let source = crate::SocketTextSource::new(host, port);
        self.from_source(source, "Socket Stream").set_parallelism(1)
    }
}
