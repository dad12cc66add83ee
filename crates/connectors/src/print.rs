//! To standard output or standard error.

use std::io::{self, Write};
use std::marker::PhantomData;

use crate::{ConnectorError, NothingToCommit, TextFormat};
use weft_record::{Batch, Record};
use weft_runtime::coordinator::CoordinatorContext;
use weft_runtime::sink::{Sink, SinkWriter};
use weft_runtime::{OperatorContext, TaskError};

/// Prints records, a line each: `(to,1)`, or with its subtask, counted from 1, before it when there are several: `3> (to,1)`.
#[derive(Debug)]
pub struct PrintSink<T> {
    stream: Stream,
    records: PhantomData<fn(T)>,
}

#[derive(Clone, Copy, Debug)]
enum Stream {
    Out,
    Err,
}

impl<T> PrintSink<T> {
    /// To standard output.
    pub fn stdout() -> Self {
        PrintSink { stream: Stream::Out, records: PhantomData }
    }

    /// To standard error.
    pub fn stderr() -> Self {
        PrintSink { stream: Stream::Err, records: PhantomData }
    }

    /// What its operator is called.
    pub fn operator_name(&self) -> &'static str {
        match self.stream {
            Stream::Out => "Print to Std. Out",
            Stream::Err => "Print to Std. Err",
        }
    }
}

impl<T> Clone for PrintSink<T> {
    fn clone(&self) -> Self {
        PrintSink { stream: self.stream, records: PhantomData }
    }
}

impl<T: Record + TextFormat> Sink for PrintSink<T> {
    type Item = T;
    type Committable = ();
    type Writer = PrintWriter<T>;
    type Committer = NothingToCommit;

    fn writer(&self, context: &OperatorContext) -> Result<PrintWriter<T>, TaskError> {
        let prefix = prefix(context.parallelism, context.subtask());
        Ok(PrintWriter { stream: self.stream, prefix, text: String::new(), records: PhantomData })
    }

    fn committer(&self, _context: &CoordinatorContext) -> Result<NothingToCommit, TaskError> {
        Ok(NothingToCommit)
    }
}

fn prefix(parallelism: u32, subtask: u32) -> String {
    if parallelism > 1 { format!("{}> ", subtask + 1) } else { String::new() }
}

/// Prints a batch at a time, so that lines of subtasks do not mix.
#[derive(Debug)]
pub struct PrintWriter<T> {
    stream: Stream,
    prefix: String,
    text: String,
    records: PhantomData<fn(T)>,
}

impl<T: Record + TextFormat> SinkWriter for PrintWriter<T> {
    type Item = T;
    type Committable = ();

    fn write(&mut self, batch: Batch<T>) -> Result<(), TaskError> {
        self.text.clear();
        for record in &batch.rows {
            self.text.push_str(&self.prefix);
            record.write_text(&mut self.text);
            self.text.push('\n');
        }
        Ok(self.stream.print(&self.text)?)
    }

    fn finish(&mut self) -> Result<Option<Vec<()>>, TaskError> {
        Ok(Some(Vec::new()))
    }
}

impl Stream {
    fn print(self, text: &str) -> Result<(), ConnectorError> {
        match self {
            Stream::Out => print_to(&mut io::stdout().lock(), "standard output", text),
            Stream::Err => print_to(&mut io::stderr().lock(), "standard error", text),
        }
    }
}

fn print_to(out: &mut impl Write, stream: &'static str, text: &str) -> Result<(), ConnectorError> {
    let printed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    printed.map_err(|source| match source.kind() {
        io::ErrorKind::BrokenPipe => ConnectorError::ReaderGone { stream },
        _ => ConnectorError::Print { stream, source },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Closed(io::ErrorKind);

    impl Write for Closed {
        fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_name_their_subtask_only_when_there_are_several() {
        assert_eq!(prefix(1, 0), "");
        assert_eq!(prefix(4, 2), "3> ");
    }

    #[test]
    fn text_is_flushed_at_once() {
        let mut out = io::BufWriter::new(Vec::new());
        print_to(&mut out, "standard output", "1> (to,1)\n").expect("memory");
        assert_eq!(out.get_ref(), b"1> (to,1)\n");
    }

    #[test]
    fn a_reader_that_has_enough_is_named_as_such() {
        let error = print_to(&mut Closed(io::ErrorKind::BrokenPipe), "standard output", "x").expect_err("it is closed");
        assert!(error.to_string().contains("its reader has closed it"), "{error}");
        let error = print_to(&mut Closed(io::ErrorKind::StorageFull), "standard error", "x").expect_err("it is full");
        assert!(error.to_string().starts_with("cannot print to standard error: "), "{error}");
    }
}
