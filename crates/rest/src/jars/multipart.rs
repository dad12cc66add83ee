//! `multipart/form-data`, piece by piece (RFC 7578, RFC 2046).
//!
//! ```text
//! --BOUNDARY\r\n  headers \r\n\r\n  content \r\n--BOUNDARY\r\n … \r\n--BOUNDARY--
//! ```
//!
//! What is kept between pieces is less than a delimiter within a content and [`HEAD_LIMIT`] within headers, however long the body is.

use crate::api_error::ApiError;
use memchr::memmem;

/// The most bytes of the headers of a part.
const HEAD_LIMIT: usize = 8 << 10;
/// The longest boundary that RFC 2046 allows.
const BOUNDARY_LIMIT: usize = 70;

/// What is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A part begins; with the name of its file, without directories, when it is one.
    Begin(Option<String>),
    /// Some of its content.
    Content(Vec<u8>),
    /// It is over.
    End,
}

/// A body that is being read.
pub(super) struct Multipart {
    delimiter: Vec<u8>,
    buffer: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before the first delimiter.
    Preamble,
    /// Right behind a delimiter.
    Delimited,
    Headers,
    Content,
    /// Behind the last delimiter.
    Over,
}

impl Multipart {
    /// A body of this `Content-Type`.
    pub(super) fn new(content_type: &str) -> Result<Self, ApiError> {
        let wrong = || {
            let shown: String = content_type.chars().take(100).collect();
            ApiError::bad_request(format_args!(
                "A file is sent as multipart/form-data with a boundary; the Content-Type is \"{shown}\"."
            ))
        };
        let (kind, parameters) = content_type.split_once(';').ok_or_else(wrong)?;
        let boundary = parameter(parameters, "boundary").ok_or_else(wrong)?;
        let is_form = kind.trim().eq_ignore_ascii_case("multipart/form-data");
        if !is_form || boundary.is_empty() || boundary.len() > BOUNDARY_LIMIT {
            return Err(wrong());
        }
        // The first delimiter may stand at the very beginning, where no line has ended.
        Ok(Multipart {
            delimiter: format!("\r\n--{boundary}").into(),
            buffer: b"\r\n".to_vec(),
            state: State::Preamble,
        })
    }

    /// What another piece of the body brings.
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<Vec<Part>, ApiError> {
        if self.state != State::Over {
            self.buffer.extend_from_slice(piece);
        }
        let mut parts = Vec::new();
        while self.step(&mut parts)? {}
        Ok(parts)
    }

    /// The body is over.
    pub(super) fn finish(&self) -> Result<(), ApiError> {
        if self.state == State::Over { Ok(()) } else { Err(malformed("it ends within a part")) }
    }

    /// Reads one thing more; whether there was enough for it.
    fn step(&mut self, parts: &mut Vec<Part>) -> Result<bool, ApiError> {
        match self.state {
            State::Preamble | State::Content => Ok(self.content(parts)),
            State::Delimited => self.delimited(),
            State::Headers => self.headers(parts),
            State::Over => Ok(false),
        }
    }

    fn content(&mut self, parts: &mut Vec<Part>) -> bool {
        let found = memmem::find(&self.buffer, &self.delimiter);
        // What may be the beginning of a delimiter stays.
        let length = found.unwrap_or((self.buffer.len() + 1).saturating_sub(self.delimiter.len()));
        let content: Vec<u8> = self.buffer.drain(..length).collect();
        if self.state == State::Content {
            let content = if content.is_empty() { None } else { Some(Part::Content(content)) };
            parts.extend(content.into_iter().chain(found.map(|_| Part::End)));
        }
        if found.is_some() {
            self.buffer.drain(..self.delimiter.len());
            self.state = State::Delimited;
        }
        found.is_some()
    }

    fn delimited(&mut self) -> Result<bool, ApiError> {
        let (length, next) = match self.buffer.as_slice() {
            [b'-', b'-', ..] => (2, State::Over),
            [b'\r', b'\n', ..] => (2, State::Headers),
            [b' ' | b'\t', ..] => (1, State::Delimited),
            [] | [b'-' | b'\r'] => return Ok(false),
            _ => return Err(malformed("a boundary is not followed by the end of its line")),
        };
        self.buffer.drain(..length);
        self.state = next;
        Ok(true)
    }

    fn headers(&mut self, parts: &mut Vec<Part>) -> Result<bool, ApiError> {
        let Some(length) = memmem::find(&self.buffer, b"\r\n\r\n") else {
            let over = self.buffer.len() > HEAD_LIMIT;
            return if over { Err(malformed("the headers of a part are too long")) } else { Ok(false) };
        };
        let headers: Vec<u8> = self.buffer.drain(..length + 4).collect();
        parts.push(Part::Begin(file_name(&String::from_utf8_lossy(&headers))));
        self.state = State::Content;
        Ok(true)
    }
}

fn malformed(what: &str) -> ApiError {
    ApiError::bad_request(format_args!("The request's body is no multipart/form-data: {what}."))
}

fn file_name(headers: &str) -> Option<String> {
    let disposition = headers.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        if name.trim().eq_ignore_ascii_case("content-disposition") { Some(value) } else { None }
    });
    let (_, parameters) = disposition?.split_once(';')?;
    let name = parameter(parameters, "filename")?;
    Some(name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned())
}

/// The value of a parameter in `a=b; c="d\"e"`.
fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    let mut rest = parameters;
    loop {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = value(after.trim_start());
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = after;
    }
}

/// A value, quoted or not, and what follows it.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, after) = text.split_once(';').unwrap_or((text, ""));
        return (value.trim().to_owned(), after);
    };
    let (mut value, mut chars) = (String::new(), quoted.char_indices());
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                let after = quoted.get(at + 1..).unwrap_or_default();
                return (value, after.trim_start().strip_prefix(';').unwrap_or(after));
            }
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            c => value.push(c),
        }
    }
    (value, "")
}

#[cfg(test)]
#[path = "multipart_test.rs"]
mod tests;
