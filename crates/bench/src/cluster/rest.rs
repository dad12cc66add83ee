//! Asking the JobManager.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;

/// A JobManager's REST address.
#[derive(Clone, Debug)]
pub(crate) struct Rest {
    address: String,
    /// What it wants to be told by whoever changes something.
    bearer: Option<String>,
}

impl Rest {
    /// By `host:port`.
    pub(crate) fn new(address: impl Into<String>) -> Self {
        Rest { address: address.into(), bearer: None }
    }

    /// Told this with every request.
    pub(crate) fn with_bearer(self, bearer: impl Into<String>) -> Self {
        Rest { bearer: Some(bearer.into()), ..self }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The answer to a GET.
    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        self.ask("GET", path, &[])
    }

    /// Asks for a job's end.
    pub(crate) fn cancel(&self, job: &str) -> Result<()> {
        self.ask("PATCH", &format!("/jobs/{job}"), &[]).map(drop)
    }

    /// Sends bytes; the answer.
    pub(crate) fn post(&self, path: &str, body: &[u8]) -> Result<Value> {
        self.ask("POST", path, body)
    }

    /// Stores bytes.
    pub(crate) fn put(&self, path: &str, body: &[u8]) -> Result<Value> {
        self.ask("PUT", path, body)
    }

    fn ask(&self, method: &str, path: &str, body: &[u8]) -> Result<Value> {
        let asked = || format!("{method} http://{}{path}", self.address);
        let answer = self.exchange(method, path, body).with_context(asked)?;
        let (head, body) = answer.split_once("\r\n\r\n").with_context(|| format!("{}: it is cut off", asked()))?;
        let status = head.split(' ').nth(1).unwrap_or_default();
        if !status.starts_with('2') {
            bail!("{}: answered with status {status}: {body}", asked());
        }
        serde_json::from_str(body).with_context(|| format!("{}: the answer is no JSON", asked()))
    }

    fn exchange(&self, method: &str, path: &str, body: &[u8]) -> Result<String> {
        let mut stream = TcpStream::connect(&self.address)?;
        let bearer = self.bearer.as_ref().map(|bearer| format!("Authorization: Bearer {bearer}\r\n"));
        let head = format!(
            "{method} {path} HTTP/1.0\r\nHost: {}\r\n{}Content-Length: {}\r\n\r\n",
            self.address,
            bearer.unwrap_or_default(),
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}
