//! What follows the question mark.

use crate::api_error::ApiError;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::str::FromStr;

/// The parameters of a query, in order. A name without `=` has an empty value.
#[derive(Debug)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query.
    pub(crate) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        };
        Query(pairs.map(pair).collect())
    }

    /// The value of a parameter.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The parts of a parameter's value, which commas separate; `None` when it is absent or empty.
    pub(crate) fn list(&self, name: &str) -> Option<Vec<&str>> {
        let value = self.text(name).filter(|value| !value.is_empty())?;
        Some(value.split(',').map(str::trim).filter(|part| !part.is_empty()).collect())
    }

    /// A parameter's value as a number, or as whatever else.
    pub(crate) fn value<T: FromStr>(&self, name: &str) -> Result<Option<T>, ApiError> {
        let wrong = |text| ApiError::parameter("query", name, text);
        self.text(name).map(|text| text.parse().map_err(|_| wrong(text))).transpose()
    }
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Query::parse(parts.uri.query().unwrap_or_default()))
    }
}

/// `%41+b` is `A b`. What is no escape stays as it is.
fn decoded(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let escape = if *byte == b'%' {
            after.split_first_chunk().and_then(|(digits, after)| Some((hex(*digits)?, after)))
        } else {
            None
        };
        let plain = if *byte == b'+' { b' ' } else { *byte };
        let (byte, after) = escape.unwrap_or((plain, after));
        decoded.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hex([high, low]: [u8; 2]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_read() {
        let query = Query::parse("get=a%2Cb,+c&n=12&empty&odd=%zz%4&x=1&x=2&%41=%c3%a9");
        assert_eq!(query.list("get"), Some(vec!["a", "b", "c"]));
        assert_eq!(query.value::<u32>("n").expect("a number"), Some(12));
        assert_eq!((query.text("empty"), query.list("empty")), (Some(""), None));
        assert_eq!((query.text("odd"), query.text("x"), query.text("A")), (Some("%zz%4"), Some("1"), Some("é")));
        assert!(query.value::<u32>("odd").is_err());
        assert_eq!(query.value::<u32>("absent").expect("nothing to read"), None);
    }
}
