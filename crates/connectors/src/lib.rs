//! Sources and sinks.
//!
//! Each is behind a feature of its own, and all are on by default. Programs use them by the methods of
//! [`EnvironmentSources`] and [`StreamSinks`], or give the types to `from_source` and `sink_to`.
//!
//! | feature | type | what it does |
//! |---|---|---|
//! | `collection` | [`FromCollection`] | records the program holds |
//! | `sequence` | [`Sequence`] | consecutive numbers |
//! | `generator` | [`FromGenerator`] | records made by a function of their number, as fast as they are taken |
//! | `datagen` | [`DataGen`] | the same at a rate, with or without end |
//! | `socket` | [`SocketTextSource`] | the text that a TCP peer sends; nothing can be read again |
//! | `text-files` | [`TextFileSource`] | lines of files |
//! | `print` | [`PrintSink`] | to standard output or standard error |
//! | `file-sink` | [`FileSink`] | lines in part files, visible when complete |
//! | `collect` | [`CollectSink`] | to the client, with the job's result |
//! | `discard` | [`DiscardSink`] | nowhere |
//!
//! Nothing here blocks a slot: what waits for a disk or the network waits on the I/O runtime and wakes the slot. Without
//! such a runtime, in a simulation, reading and writing happen in place and must be answered at once.

#[cfg(feature = "collect")]
mod collect;
#[cfg(feature = "collection")]
mod collection;
#[cfg(feature = "datagen")]
mod datagen;
#[cfg(feature = "discard")]
mod discard;
mod environment_sources;
mod error;
#[cfg(feature = "file-sink")]
mod file_sink;
mod files;
#[cfg(feature = "generator")]
mod generator;
#[cfg(any(feature = "text-files", feature = "file-sink"))]
mod location;
#[cfg(any(feature = "print", feature = "discard"))]
mod nothing_to_commit;
#[cfg(feature = "print")]
mod print;
#[cfg(any(feature = "collection", feature = "sequence", feature = "generator"))]
mod range;
#[cfg(feature = "sequence")]
mod sequence;
#[cfg(feature = "socket")]
mod socket;
mod stream_sinks;
#[cfg(test)]
mod test_context;
#[cfg(any(feature = "text-files", feature = "socket"))]
mod text;
#[cfg(feature = "text-files")]
mod text_files;
#[cfg(any(feature = "print", feature = "file-sink"))]
mod text_format;
#[cfg(any(feature = "text-files", feature = "file-sink"))]
mod wait;
#[cfg(any(feature = "text-files", feature = "file-sink", feature = "socket"))]
mod wake_on_drop;

#[cfg(feature = "collect")]
pub use collect::{CollectCommitter, CollectSink, CollectWriter, CollectedRows};
#[cfg(feature = "collection")]
pub use collection::FromCollection;
#[cfg(feature = "datagen")]
pub use datagen::{DataGen, DataGenEnumerator, DataGenReader, Stride};
#[cfg(feature = "discard")]
pub use discard::{DiscardSink, DiscardWriter};
pub use environment_sources::EnvironmentSources;
pub use error::ConnectorError;
#[cfg(feature = "file-sink")]
pub use file_sink::{FileCommitter, FileSink, FileWriter, PendingPart};
pub use files::file_systems;
#[cfg(feature = "generator")]
pub use generator::FromGenerator;
#[cfg(any(feature = "print", feature = "discard"))]
pub use nothing_to_commit::NothingToCommit;
#[cfg(feature = "print")]
pub use print::{PrintSink, PrintWriter};
#[cfg(any(feature = "collection", feature = "sequence", feature = "generator"))]
pub use range::{IndexRange, RangeEnumerator, RangeReader};
#[cfg(feature = "sequence")]
pub use sequence::Sequence;
#[cfg(feature = "socket")]
pub use socket::{SocketEnumerator, SocketSplit, SocketTextReader, SocketTextSource};
pub use stream_sinks::StreamSinks;
#[cfg(any(feature = "text-files", feature = "socket"))]
pub use text::TextRules;
#[cfg(feature = "text-files")]
pub use text_files::{FileSplit, TextFileEnumerator, TextFileReader, TextFileSource};
#[cfg(any(feature = "print", feature = "file-sink"))]
pub use text_format::TextFormat;
