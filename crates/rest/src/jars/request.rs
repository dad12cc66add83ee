//! How an uploaded program is to be run: what a request's body and query say.

use crate::api_error::ApiError;
use crate::request::Query;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct RunRequest {
    pub(super) arguments: Vec<String>,
    pub(super) configuration: BTreeMap<String, String>,
}

/// Fields that mean nothing to a native program, or nothing without a savepoint.
const WITHOUT_MEANING: [&str; 4] = ["entryClass", "allowNonRestoredState", "claimMode", "restoreMode"];
/// Fields that mean something which is not there yet.
const REFUSED: [(&str, &str); 3] = [
    ("savepointPath", "no job starts from a savepoint yet"),
    ("jobId", "the program chooses the ids of its jobs"),
    ("programArgs", "it cannot be split without guessing: send programArgsList"),
];

const PARALLELISM: &str = "parallelism.default";

impl RunRequest {
    /// Reads a body, which may be empty, and a query. The body goes before the query.
    pub(super) fn read(body: &[u8], query: &Query) -> Result<Self, ApiError> {
        let mut request = RunRequest::from_query(query)?;
        let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
        let fields: Map<String, Value> =
            serde_json::from_slice(body).map_err(|error| mismatch(format_args!("{error}")))?;
        for (name, value) in &fields {
            request.set(name, value)?;
        }
        Ok(request)
    }

    fn from_query(query: &Query) -> Result<Self, ApiError> {
        let arguments = query.list("programArg").unwrap_or_default().into_iter().map(str::to_owned).collect();
        let mut request = RunRequest { arguments, ..RunRequest::default() };
        if let Some(parallelism) = query.value::<u32>("parallelism")? {
            request.set("parallelism", &parallelism.into())?;
        }
        if query.text("savepointPath").is_some() {
            return Err(ApiError::bad_request("savepointPath: no job starts from a savepoint yet"));
        }
        Ok(request)
    }

    fn set(&mut self, name: &str, value: &Value) -> Result<(), ApiError> {
        if value.is_null() || WITHOUT_MEANING.contains(&name) {
            return Ok(());
        }
        if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
            return Err(mismatch(format_args!("{name}: {why}")));
        }
        let wrong = |wanted| mismatch(format_args!("{name} is {wanted}, not {value}"));
        match name {
            "programArgsList" => self.arguments = texts(value).ok_or_else(|| wrong("a list of texts"))?,
            "parallelism" => {
                let parallelism = value.as_u64().filter(|n| (1..=u64::from(u32::MAX)).contains(n));
                let parallelism = parallelism.ok_or_else(|| wrong("a whole number above 0"))?;
                self.configuration.insert(PARALLELISM.into(), parallelism.to_string());
            }
            "flinkConfiguration" => {
                let entries = text_map(value).ok_or_else(|| wrong("an object of texts"))?;
                for (key, value) in entries {
                    self.configuration.entry(key).or_insert(value);
                }
            }
            _ => return Err(mismatch(format_args!("there is no field {name}"))),
        }
        Ok(())
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}

fn text_map(value: &Value) -> Option<BTreeMap<String, String>> {
    value.as_object()?.iter().map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

fn mismatch(what: std::fmt::Arguments<'_>) -> ApiError {
    ApiError::bad_request(format_args!("Request did not match expected format JarRunRequestBody: {what}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str, query: &str) -> Result<RunRequest, ApiError> {
        RunRequest::read(body.as_bytes(), &Query::parse(query))
    }

    #[test]
    fn bodies_and_queries_are_read() {
        assert_eq!(read("", "").expect("an empty request"), RunRequest::default());
        let body = r#"{"entryClass": "x.Y", "programArgsList": ["--n", "a b"], "parallelism": 3, "savepointPath": null,
            "flinkConfiguration": {"a": "b", "parallelism.default": "9"}, "allowNonRestoredState": false}"#;
        let request = read(body, "programArg=ignored&parallelism=2").expect("a good request");
        assert_eq!(request.arguments, ["--n", "a b"]);
        let configuration: Vec<_> = request.configuration.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(configuration, [("a", "b"), ("parallelism.default", "3")]);
        assert_eq!(read("{}", "programArg=--n,7").expect("a good request").arguments, ["--n", "7"]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let table = [
            ("{nope", "JarRunRequestBody"),
            ("[]", "JarRunRequestBody"),
            (r#"{"parallelism": "many"}"#, "parallelism"),
            (r#"{"parallelism": 0}"#, "parallelism"),
            (r#"{"programArgsList": ["a", 1]}"#, "programArgsList"),
            (r#"{"flinkConfiguration": {"a": 1}}"#, "flinkConfiguration"),
            (r#"{"programArgs": "--n 1"}"#, "programArgsList"),
            (r#"{"savepointPath": "file:/x"}"#, "savepointPath"),
            (r#"{"bogus": 1}"#, "bogus"),
        ];
        for (body, named) in table {
            let error = read(body, "").expect_err(body);
            assert!(format!("{error:?}").contains(named), "{body}: {error:?}");
        }
        assert!(read("", "parallelism=many").is_err());
        assert!(read("", "savepointPath=x").is_err());
    }
}
