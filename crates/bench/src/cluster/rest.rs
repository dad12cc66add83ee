//! Asking the JobManager.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;

/// A JobManager's REST address.
#[derive(Clone, Debug)]
pub(super) struct Rest(String);

impl Rest {
    /// By `host:port`.
    pub(super) fn new(address: impl Into<String>) -> Self {
        Rest(address.into())
    }

    pub(super) fn address(&self) -> &str {
        &self.0
    }

    /// The answer to a GET.
    pub(super) fn get(&self, path: &str) -> Result<Value> {
        self.ask("GET", path, &[])
    }

    /// Asks for a job's end.
    pub(super) fn cancel(&self, job: &str) -> Result<()> {
        self.ask("PATCH", &format!("/jobs/{job}"), &[]).map(drop)
    }

    /// Sends bytes; the answer.
    pub(super) fn post(&self, path: &str, body: &[u8]) -> Result<Value> {
        self.ask("POST", path, body)
    }

    fn ask(&self, method: &str, path: &str, body: &[u8]) -> Result<Value> {
        let asked = || format!("{method} http://{}{path}", self.0);
        let answer = self.exchange(method, path, body).with_context(asked)?;
        let (head, body) = answer.split_once("\r\n\r\n").with_context(|| format!("{}: it is cut off", asked()))?;
        let status = head.split(' ').nth(1).unwrap_or_default();
        if !status.starts_with('2') {
            bail!("{}: answered with status {status}: {body}", asked());
        }
        serde_json::from_str(body).with_context(|| format!("{}: the answer is no JSON", asked()))
    }

    fn exchange(&self, method: &str, path: &str, body: &[u8]) -> Result<String> {
        let mut stream = TcpStream::connect(&self.0)?;
        let head = format!("{method} {path} HTTP/1.0\r\nHost: {}\r\nContent-Length: {}\r\n\r\n", self.0, body.len());
        stream.write_all(&[head.as_bytes(), body].concat())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}
