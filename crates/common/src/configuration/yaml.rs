//! YAML as a tree of nodes that know their places: scalars as they were written, no anchors, one document.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput};
use std::borrow::Cow;

/// How deeply lists and maps may be nested. Configuration needs four levels or so; the limit protects the stack.
const MAX_DEPTH: u32 = 64;

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// From 1.
    pub(super) line: u32,
    /// From 1, in characters.
    pub(super) column: u32,
}

/// A text that cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) place: Place,
    pub(super) what: String,
}

/// A value in a YAML document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// Nothing, `~` or `null`.
    Null,
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: String,
    /// Of the key.
    pub(super) place: Place,
    pub(super) value: Node,
}

/// Reads a text of one document, or of none.
pub(super) fn parse(text: &str) -> Result<Node, Problem> {
    let mut reader = Reader { events: Parser::new_from_str(text) };
    let root = match reader.next()? {
        (Event::StreamEnd, _) => return Ok(Node::Null),
        (event, span) => reader.node(event, span, 0)?,
    };
    match reader.next()? {
        (Event::StreamEnd, _) => Ok(root),
        (_, span) => Err(problem(span.start, "a second document begins here: keep one")),
    }
}

impl Node {
    /// A scalar as it is, anything else in the form that fits in a line.
    pub(super) fn into_text(self) -> String {
        match self {
            Node::Scalar(text) => text,
            other => other.to_flow(),
        }
    }

    /// The node in the form that fits in a line; nothing is the empty text.
    fn to_flow(&self) -> String {
        let quoted = |text: &str| match text.contains([',', ':', '[', ']', '{', '}', '\'', '"', '#']) {
            true => format!("'{}'", text.replace('\'', "''")),
            false => text.to_owned(),
        };
        let join = |items: Vec<String>| items.join(", ");
        match self {
            Node::Null => String::new(),
            Node::Scalar(text) => quoted(text),
            Node::List(items) => format!("[{}]", join(items.iter().map(Node::to_flow).collect())),
            Node::Map(entries) => {
                let entry = |e: &Entry| format!("{}: {}", quoted(&e.key), e.value.to_flow());
                format!("{{{}}}", join(entries.iter().map(entry).collect()))
            }
        }
    }
}

struct Reader<'a> {
    events: Parser<'a, StrInput<'a>>,
}

impl<'a> Reader<'a> {
    /// The next event that says something.
    fn next(&mut self) -> Result<(Event<'a>, Span), Problem> {
        loop {
            match self.events.next_event() {
                Some(Ok((Event::Nothing | Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd, _))) => {}
                Some(Ok(event)) => return Ok(event),
                Some(Err(error)) => return Err(malformed(&error)),
                None => return Ok((Event::StreamEnd, Span::default())),
            }
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: u32) -> Result<Node, Problem> {
        match event {
            Event::Scalar(text, style, ..) => Ok(scalar(text, style)),
            _ if depth >= MAX_DEPTH => Err(problem(span.start, "this is nested too deeply: flatten it")),
            Event::SequenceStart(..) => self.list(depth),
            Event::MappingStart(..) => self.map(depth),
            Event::Alias(_) => Err(problem(span.start, "aliases are not supported: write the value out")),
            _ => Err(problem(span.start, "a value is missing here")),
        }
    }

    fn list(&mut self, depth: u32) -> Result<Node, Problem> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Node::List(items)),
                (event, span) => items.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: u32) -> Result<Node, Problem> {
        let mut entries = Vec::new();
        loop {
            let (key, start) = match self.next()? {
                (Event::MappingEnd, _) => return Ok(Node::Map(entries)),
                (Event::Scalar(key, ..), span) => (key.into_owned(), span.start),
                (_, span) => return Err(problem(span.start, "this cannot be a key: write a word, then a colon")),
            };
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            entries.push(Entry { key, place: place(start), value });
        }
    }
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle) -> Node {
    let null = style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
    if null { Node::Null } else { Node::Scalar(text.into_owned()) }
}

fn place(mark: Marker) -> Place {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Place { line: number(mark.line()), column: number(mark.col().saturating_add(1)) }
}

fn problem(mark: Marker, what: &str) -> Problem {
    Problem { place: place(mark), what: what.to_owned() }
}

fn malformed(error: &ScanError) -> Problem {
    problem(*error.marker(), &format!("this is not YAML: {}", error.info()))
}
