//! One call from beginning to end: which server is asked when, and when it is enough.
//!
//! | what happened | what follows |
//! |---|---|
//! | result | done |
//! | exception | done, unless it is one of the next two |
//! | on standby | next address |
//! | "retry" | the same address, after a wait |
//! | unreachable, broken off, silent | next address; the call may have been carried out |
//! | unreadable, cannot log in | done |
//!
//! After each round of all addresses comes a wait. The call's id stays, its retry count rises with every sending. Before one is sent again
//! that may have been carried out, the server is asked to have caught up with its predecessors ([`CatchUp`](crate::CatchUp)).

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use crate::backoff::Backoff;
use crate::client::Shared;
use crate::connection::{ConnectError, Connection, Ended, Failure};
use crate::error::Failures;
use crate::frame;
use crate::proto::rpc::CallHeader;
use crate::{Address, ExceptionKind, RemoteException, RpcError};

/// How long another server may take to say that it is the active one.
const LOOK_AROUND: Duration = Duration::from_secs(2);

/// A call under way.
pub(crate) struct Effort<'a> {
    client: &'a Shared,
    method: &'static str,
    call_id: i32,
    began: Instant,
    deadline: Instant,
    /// How often the call was sent.
    sent: i32,
    may_have_happened: bool,
    /// The server that the call was sent to last without an answer.
    silent: Option<usize>,
    failures: Failures,
}

/// What follows a try that gave no result.
enum Next {
    /// Nothing: this is the end of it.
    Fail(RpcError),
    /// The next address, because of this.
    Elsewhere(String),
    /// The same address again after a wait, because of this.
    Later(String),
    /// The same address again.
    AtOnce,
}

impl<'a> Effort<'a> {
    pub(crate) fn new(client: &'a Shared, method: &'static str, limit: Duration) -> Self {
        let began = Instant::now();
        Effort {
            client,
            method,
            call_id: client.next_call_id(),
            began,
            deadline: began + limit,
            sent: 0,
            may_have_happened: false,
            silent: None,
            failures: Failures::default(),
        }
    }

    /// Asks until there is a result; with it, who gave it.
    pub(crate) async fn make(mut self, request: &[u8]) -> Result<(Address, Bytes), RpcError> {
        let client = self.client;
        let addresses = &client.service.addresses;
        let mut backoff = Backoff::new(client.options().first_backoff, client.options().max_backoff);
        let (mut turn, mut asked) = (client.preferred(), 0);
        while let Some(address) = addresses.get(turn) {
            let wait = match self.attempt(turn, address, request).await {
                Ok(body) => return Ok((address.clone(), body)),
                Err(Next::Fail(error)) => return Err(error),
                Err(Next::AtOnce) => false,
                Err(Next::Later(reason)) => {
                    self.failures.record(address, reason);
                    true
                }
                Err(Next::Elsewhere(reason)) => {
                    self.failures.record(address, reason);
                    turn = (turn + 1) % addresses.len();
                    asked += 1;
                    asked % addresses.len() == 0
                }
            };
            if wait {
                let until = Instant::now() + backoff.next(&*client.entropy);
                sleep_until(until.min(self.deadline)).await;
            }
            if Instant::now() >= self.deadline {
                break;
            }
        }
        Err(self.unavailable())
    }

    /// Sends the call to one address.
    async fn attempt(&mut self, index: usize, address: &Address, request: &[u8]) -> Result<Bytes, Next> {
        let client = self.client;
        let generation = client.generation();
        let connection = match timeout_at(self.deadline, client.connection(index, address)).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(ConnectError::Refused(exception)))
                if exception.kind == ExceptionKind::InvalidToken && client.generation() != generation =>
            {
                return Err(Next::Later(format!("{exception}, but there are new credentials")));
            }
            Ok(Err(error)) => return Err(self.not_connected(address, error)),
            Err(_) => return Err(self.out_of_time(address)),
        };
        if self.may_have_happened {
            self.catch_up(address, &connection).await?;
            if self.silent == Some(index) && self.is_succeeded(index).await {
                return Err(Next::Elsewhere("it has a successor".to_owned()));
            }
        }
        let frame = frame::call(self.call_id, client.client_id(), self.sent, &self.header(self.method), request);
        let silence = client.options().silence_timeout;
        match connection.call(self.call_id, frame, self.deadline, silence).await {
            // It was never handed over: this does not count as sent.
            Err(ended) => Err(self.ended(address, ended)),
            Ok(outcome) => {
                self.sent += 1;
                self.silent = matches!(outcome, None | Some(Err(Failure::Ended(_)))).then_some(index);
                let judged = self.judge(address, outcome);
                // Whoever gives a result, or an exception of the method's own, is the active one.
                if matches!(judged, Ok(_) | Err(Next::Fail(RpcError::Remote { .. }))) {
                    client.prefer(index);
                }
                judged
            }
        }
    }

    /// Asks what the server answers only when it knows what was done before it, if the service has such a question.
    async fn catch_up(&self, address: &Address, connection: &Connection) -> Result<(), Next> {
        let client = self.client;
        let Some(question) = &client.service.catch_up else { return Ok(()) };
        let id = client.next_call_id();
        let frame = frame::call(id, client.client_id(), 0, &self.header(question.method), &question.request);
        match connection.call(id, frame, self.deadline, client.options().silence_timeout).await {
            Ok(Some(Ok(_))) => Ok(()),
            Ok(Some(Err(Failure::Refused(exception)))) => match self.refused(address, exception) {
                // Another exception is an answer, too.
                Next::Fail(_) => Ok(()),
                next => Err(next),
            },
            Ok(Some(Err(Failure::Ended(ended)))) | Err(ended) => Err(self.ended(address, ended)),
            Ok(None) => Err(Next::Elsewhere("the answer did not come in time".to_owned())),
        }
    }

    /// Whether another server has taken over from one that was silent.
    async fn is_succeeded(&self, index: usize) -> bool {
        let others = self.client.service.addresses.iter().enumerate().filter(|(other, _)| *other != index);
        for (other, address) in others {
            let asked = async {
                let connection = self.client.connection(other, address).await.ok()?;
                self.catch_up(address, &connection).await.ok()
            };
            if matches!(timeout(LOOK_AROUND, asked).await, Ok(Some(()))) {
                return true;
            }
        }
        false
    }

    fn header(&self, method: &str) -> CallHeader {
        let protocol = self.client.service.protocol;
        CallHeader { method: method.to_owned(), protocol: protocol.name.to_owned(), protocol_version: protocol.version }
    }

    /// The call's time was up before there was a connection. What was known before says more.
    fn out_of_time(&self, address: &Address) -> Next {
        let known = self.failures.of(address);
        Next::Elsewhere(known.unwrap_or("there was no connection in time").to_owned())
    }

    fn judge(&mut self, address: &Address, outcome: Option<Result<Bytes, Failure>>) -> Result<Bytes, Next> {
        match outcome {
            Some(Ok(body)) => Ok(body),
            Some(Err(Failure::Refused(exception))) => Err(self.refused(address, exception)),
            Some(Err(Failure::Ended(ended))) => {
                self.may_have_happened |= !matches!(ended, Ended::Fatal(_));
                Err(self.ended(address, ended))
            }
            None => {
                self.may_have_happened = true;
                Err(Next::Elsewhere("the answer did not come in time".to_owned()))
            }
        }
    }

    fn refused(&self, address: &Address, exception: RemoteException) -> Next {
        match exception.kind {
            ExceptionKind::Standby => Next::Elsewhere(exception.to_string()),
            ExceptionKind::Retriable => Next::Later(exception.to_string()),
            _ => {
                let (method, address, exception) = (self.method, address.clone(), Box::new(exception));
                Next::Fail(RpcError::Remote { method, address, exception })
            }
        }
    }

    fn ended(&self, address: &Address, ended: Ended) -> Next {
        match ended {
            Ended::Fatal(exception) => self.rejected(address, exception),
            Ended::Malformed(reason) => Next::Fail(RpcError::Malformed { address: address.clone(), reason }),
            Ended::Broken(reason) => Next::Elsewhere(reason),
            Ended::Idle => Next::AtOnce,
        }
    }

    fn not_connected(&self, address: &Address, error: ConnectError) -> Next {
        match error {
            ConnectError::Unreachable(reason) => Next::Elsewhere(reason),
            ConnectError::Refused(exception) => self.rejected(address, exception),
            ConnectError::Login(reason) => Next::Fail(RpcError::Login { address: address.clone(), reason }),
            ConnectError::Malformed(reason) => Next::Fail(RpcError::Malformed { address: address.clone(), reason }),
        }
    }

    /// The server ended the connection with an exception. A server on standby does that to tokens it cannot check.
    fn rejected(&self, address: &Address, exception: RemoteException) -> Next {
        match exception.kind {
            ExceptionKind::Standby => Next::Elsewhere(exception.to_string()),
            ExceptionKind::Retriable => Next::Later(exception.to_string()),
            _ => Next::Fail(RpcError::Rejected {
                address: address.clone(),
                user: self.client.login().user().to_owned(),
                advice: advice(exception.kind),
                exception: Box::new(exception),
            }),
        }
    }

    fn unavailable(self) -> RpcError {
        RpcError::Unavailable {
            method: self.method,
            service: self.client.service.name.clone(),
            waited: self.began.elapsed(),
            failures: self.failures,
            may_have_happened: self.may_have_happened,
        }
    }
}

fn advice(kind: ExceptionKind) -> &'static str {
    match kind {
        ExceptionKind::AccessControl => "check how the server wants users to authenticate, and what this user may do",
        ExceptionKind::InvalidToken => "the token is expired or replaced: get a new one",
        ExceptionKind::Sasl => "check that the token was issued by this cluster and is current",
        ExceptionKind::NoSuchMethod => "check the server's version",
        _ => "see the server's log",
    }
}
