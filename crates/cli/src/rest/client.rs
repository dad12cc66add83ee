//! Requests, each on a connection of its own: a command makes few, and none finds a connection that somebody closed meanwhile.

use super::{Payload, RestError};
use crate::cluster::Address;
use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::fmt::Display;
use std::io;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The most bytes of an answer that is kept in memory.
const ANSWER_LIMIT: usize = 64 << 20;
/// Bytes per second that a body travels with at least.
const SLOWEST: u64 = 256 << 10;

type Connection = SendRequest<UnsyncBoxBody<Bytes, io::Error>>;

/// The way to a JobManager.
pub(crate) struct RestClient {
    pub(crate) address: Address,
    /// What is shown to a JobManager that wants to see it.
    pub(crate) token: Option<String>,
    /// How long a connection may take.
    pub(crate) connecting: Duration,
    /// How long an answer may take.
    pub(crate) answering: Duration,
}

impl RestClient {
    /// What is at a path, as JSON.
    pub(crate) async fn json(&self, path: &str) -> Result<Value, RestError> {
        let bytes = self.exchange(Method::GET, path, Payload::empty()).await?;
        serde_json::from_slice(&bytes).map_err(|error| self.strange(&format!("GET {path}"), error))
    }

    /// Makes a request, and reads the answer.
    pub(crate) async fn exchange(&self, method: Method, path: &str, payload: Payload) -> Result<Bytes, RestError> {
        let what = format!("{method} {path}");
        let response = self.request(method, path, payload, Duration::ZERO).await?;
        self.read(&what, response).await
    }

    /// Makes a request. The answer, whose body is still to be read, may take `longer` than others. One that is no success is an error.
    pub(crate) async fn request(
        &self,
        method: Method,
        path: &str,
        payload: Payload,
        longer: Duration,
    ) -> Result<Response<Incoming>, RestError> {
        let what = format!("{method} {path}");
        let waited = self.answering + longer + Duration::from_secs(payload.length / SLOWEST);
        let request = self.head(method, path, payload.length).body(payload.body);
        let request = request.map_err(|error| self.strange(&what, error))?;
        let mut connection = self.connect(&what).await?;
        let answer = timeout(waited, connection.send_request(request)).await;
        let silent = |_| RestError::Silent { address: self.address.clone(), request: what.clone(), waited };
        let response = answer.map_err(silent)?.map_err(|error| self.broken(&what, error))?;
        if response.status().is_success() { Ok(response) } else { Err(self.refused(&what, response).await) }
    }

    /// The body of an answer, if it is not too large to keep.
    pub(crate) async fn read(&self, what: &str, response: Response<Incoming>) -> Result<Bytes, RestError> {
        let body = Limited::new(response.into_body(), ANSWER_LIMIT).collect();
        let silent =
            |_| RestError::Silent { address: self.address.clone(), request: what.to_owned(), waited: self.answering };
        let body = timeout(self.answering, body).await.map_err(silent)?;
        Ok(body.map_err(|error| self.broken(what, error))?.to_bytes())
    }

    fn head(&self, method: Method, path: &str, length: u64) -> hyper::http::request::Builder {
        let has_body = matches!(method, Method::POST | Method::PUT | Method::PATCH);
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, self.address.to_string());
        if has_body {
            request = request.header(header::CONTENT_LENGTH, length);
        }
        match &self.token {
            Some(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        }
    }

    async fn connect(&self, what: &str) -> Result<Connection, RestError> {
        let Address { host, port } = &self.address;
        let unreachable =
            |reason: &dyn Display| RestError::Unreachable { address: self.address.clone(), reason: reason.to_string() };
        let connecting = timeout(self.connecting, TcpStream::connect((host.as_str(), *port))).await;
        let late = |_| unreachable(&format_args!("no connection within {} ms", self.connecting.as_millis()));
        let stream = connecting.map_err(late)?.map_err(|error| unreachable(&error))?;
        // Only a matter of speed.
        let _ = stream.set_nodelay(true);
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| self.broken(what, error))?;
        // What becomes of it is what becomes of the request.
        tokio::spawn(async move { drop(connection.await) });
        Ok(sender)
    }

    async fn refused(&self, what: &str, response: Response<Incoming>) -> RestError {
        let status = response.status();
        if status == StatusCode::UNAUTHORIZED {
            return RestError::Unauthorized { address: self.address.clone(), shown: self.token.is_some() };
        }
        let bytes = match self.read(what, response).await {
            Ok(bytes) => bytes,
            Err(error) => return error,
        };
        let said: Option<Value> = serde_json::from_slice(&bytes).ok();
        let sentences = said.as_ref().and_then(|said| said.get("errors")).and_then(Value::as_array);
        let sentences: Vec<&str> = sentences.into_iter().flatten().filter_map(Value::as_str).collect();
        let sentence = match sentences.is_empty() {
            true => format!("the JobManager at {} answered {what} with {status}", self.address),
            false => sentences.join("; "),
        };
        RestError::Refused { status, sentence }
    }

    /// For connections that ended early.
    pub(crate) fn broken(&self, what: &str, error: impl Display) -> RestError {
        RestError::Broken { address: self.address.clone(), request: what.to_owned(), reason: error.to_string() }
    }

    /// For answers that no JobManager gives.
    pub(crate) fn strange(&self, what: &str, found: impl Display) -> RestError {
        RestError::Strange { address: self.address.clone(), request: what.to_owned(), found: found.to_string() }
    }
}
