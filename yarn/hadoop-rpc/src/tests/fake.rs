//! A server in this process that speaks the real framing and does whatever a test tells it to.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::{BufMut, Bytes, BytesMut};
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::frame::{FrameDecoder, SASL_CALL};
use crate::proto::hdfs::{FileStatus, GetFileInfoRequest, GetFileInfoResponse};
use crate::proto::rpc::{
    CallHeader, ConnectionContext, RequestHeader, ResponseHeader, SaslAuth, SaslMessage, SaslState, Status,
};
use crate::sasl::server::{Asked, Server};
use crate::sasl::{Opener, Sealer};
use crate::{Address, Token};

/// What the server was sent.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// Which of the connections it came by, from 0.
    pub(super) connection: usize,
    pub(super) call_id: i32,
    pub(super) client_id: Bytes,
    pub(super) retry_count: i32,
    /// "ping" for a ping.
    pub(super) method: String,
    pub(super) text: String,
    /// Whom the connection context named.
    pub(super) user: Option<String>,
}

/// What the server does about a call.
pub(super) enum Act {
    /// Answers with the call's text.
    Echo,
    /// Answers with an exception; the status tells how bad it is.
    Throw(Status, &'static str, &'static str),
    /// Sends these bytes as they are.
    Raw(Vec<u8>),
    /// Sends these bytes and closes the connection.
    RawThenClose(Vec<u8>),
    /// Closes the connection.
    Close,
    /// Says nothing.
    Ignore,
    /// Keeps the call.
    Hold,
    /// Answers this call and then the kept ones, the last first.
    EchoAll,
}

/// How clients must log in.
#[derive(Clone)]
pub(super) enum LogIn {
    Simple,
    /// By one of these tokens, under the first protection that the client accepts of these.
    Token {
        valid: Arc<Mutex<Vec<Token>>>,
        qop: &'static str,
    },
    /// Any greeting is answered with these bytes and the end.
    Rubbish(Vec<u8>),
}

type Handler = dyn Fn(&Seen) -> Act + Send + Sync;

pub(super) struct Fake {
    pub(super) address: Address,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
    closed: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Fake {
    pub(super) async fn start(log_in: LogIn, handler: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Address::new("127.0.0.1", listener.local_addr().unwrap().port());
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let connections = Arc::<AtomicUsize>::default();
        let handler: Arc<Handler> = Arc::new(handler);
        let closed = Arc::<AtomicUsize>::default();
        let (log, count, ended) = (seen.clone(), connections.clone(), closed.clone());
        let task = tokio::spawn(async move {
            let mut open = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let connection = count.fetch_add(1, Ordering::SeqCst);
                let peer = Peer {
                    stream,
                    decoder: FrameDecoder::new(1 << 20),
                    layer: None,
                    connection,
                    user: None,
                    held: Vec::new(),
                    log: log.clone(),
                    handler: handler.clone(),
                };
                let (log_in, ended) = (log_in.clone(), ended.clone());
                open.spawn(async move {
                    peer.serve(log_in).await;
                    ended.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        Fake { address, seen, connections, closed, task }
    }

    pub(super) async fn simple(handler: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> Fake {
        Fake::start(LogIn::Simple, handler).await
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Waits until a condition holds.
    pub(super) async fn until(&self, what: &str, condition: impl Fn(&Fake) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !condition(self) {
            assert!(Instant::now() < deadline, "in vain: {what}");
            tokio::task::yield_now().await;
        }
    }

    /// How many connections have ended.
    pub(super) fn closed(&self) -> usize {
        self.closed.load(Ordering::SeqCst)
    }
}

/// One connection of the server.
struct Peer {
    stream: TcpStream,
    decoder: FrameDecoder,
    layer: Option<(Opener, FrameDecoder, Sealer)>,
    connection: usize,
    user: Option<String>,
    held: Vec<Seen>,
    log: Arc<Mutex<Vec<Seen>>>,
    handler: Arc<Handler>,
}

/// The connection is over, for whatever reason.
struct Over;

impl From<std::io::Error> for Over {
    fn from(_: std::io::Error) -> Self {
        Over
    }
}

pub(super) fn framed(messages: &[&[u8]]) -> Vec<u8> {
    let mut bytes = BytesMut::new();
    bytes.put_u32(messages.iter().map(|message| message.len() as u32).sum());
    messages.iter().for_each(|message| bytes.put_slice(message));
    bytes.to_vec()
}

pub(super) fn response_header(call_id: i32, client_id: &Bytes, status: Status) -> ResponseHeader {
    ResponseHeader {
        call_id: call_id as u32,
        status: status as i32,
        server_version: Some(9),
        client_id: Some(client_id.clone()),
        retry_count: Some(-1),
        ..ResponseHeader::default()
    }
}

/// The frame that answers a call with its text.
pub(super) fn echo_frame(seen: &Seen) -> Vec<u8> {
    let header = response_header(seen.call_id, &seen.client_id, Status::Success);
    let status = FileStatus { owner: seen.text.clone(), ..FileStatus::default() };
    let response = GetFileInfoResponse { status: Some(status) };
    framed(&[&header.encode_length_delimited_to_vec(), &response.encode_length_delimited_to_vec()])
}

impl Peer {
    async fn serve(mut self, log_in: LogIn) {
        // Whatever ends the connection is the test's intention or shows at the client.
        let _ = self.converse(log_in).await;
    }

    async fn converse(&mut self, log_in: LogIn) -> Result<(), Over> {
        let mut preamble = [0; 7];
        self.stream.read_exact(&mut preamble).await?;
        assert_eq!(preamble[..6], *b"hrpc\x09\x00");
        match log_in {
            LogIn::Simple => assert_eq!(preamble[6], 0),
            LogIn::Token { valid, qop } => {
                assert_eq!(preamble[6], 0xdf);
                self.authenticate(&valid, qop).await?;
            }
            LogIn::Rubbish(bytes) => {
                self.stream.write_all(&bytes).await?;
                return Err(Over);
            }
        }
        loop {
            let mut body = self.body().await?;
            let header = RequestHeader::decode_length_delimited(&mut body).unwrap();
            assert_eq!((header.kind, header.operation), (Some(2), Some(0)));
            match header.call_id {
                -3 => {
                    self.user = ConnectionContext::decode_length_delimited(body).unwrap().user.unwrap().effective_user
                }
                -4 => self.see(header, "ping", String::new()),
                _ => {
                    let call = CallHeader::decode_length_delimited(&mut body).unwrap();
                    assert_eq!((call.protocol.as_str(), call.protocol_version), ("test.EchoProtocol", 1));
                    let request = GetFileInfoRequest::decode_length_delimited(body).unwrap();
                    self.see(header, &call.method, request.src);
                    self.act().await?;
                }
            }
        }
    }

    fn see(&mut self, header: RequestHeader, method: &str, text: String) {
        self.log.lock().unwrap().push(Seen {
            connection: self.connection,
            call_id: header.call_id,
            client_id: header.client_id,
            retry_count: header.retry_count.unwrap(),
            method: method.to_owned(),
            text,
            user: self.user.clone(),
        });
    }

    async fn act(&mut self) -> Result<(), Over> {
        let last = |log: &Mutex<Vec<Seen>>, connection| {
            let log = log.lock().unwrap();
            log.iter().rev().find(|seen| seen.connection == connection).cloned().unwrap()
        };
        let seen = last(&self.log, self.connection);
        match (self.handler)(&seen) {
            Act::Echo => self.send(&echo_frame(&seen)).await,
            Act::Throw(status, class, message) => {
                let header = ResponseHeader {
                    exception_class: Some(class.to_owned()),
                    message: Some(message.to_owned()),
                    ..response_header(seen.call_id, &seen.client_id, status)
                };
                self.send(&framed(&[&header.encode_length_delimited_to_vec()])).await
            }
            Act::Raw(bytes) => Ok(self.stream.write_all(&bytes).await?),
            Act::RawThenClose(bytes) => {
                self.stream.write_all(&bytes).await?;
                Err(Over)
            }
            Act::Close => Err(Over),
            Act::Ignore => Ok(()),
            Act::Hold => {
                self.held.push(seen);
                Ok(())
            }
            Act::EchoAll => {
                self.send(&echo_frame(&seen)).await?;
                while let Some(held) = self.held.pop() {
                    self.send(&echo_frame(&held)).await?;
                }
                Ok(())
            }
        }
    }

    async fn send(&mut self, frame: &[u8]) -> Result<(), Over> {
        let frame = match &mut self.layer {
            Some((_, _, sealer)) => sasl_frame(SaslState::Wrap, Some(sealer.seal(frame).freeze()), Vec::new()),
            None => frame.to_vec(),
        };
        Ok(self.stream.write_all(&frame).await?)
    }

    /// The next frame's body, out of its protection.
    async fn body(&mut self) -> Result<Bytes, Over> {
        loop {
            if let Some((_, inner, _)) = &mut self.layer
                && let Some(body) = inner.next().unwrap()
            {
                return Ok(body);
            }
            let outer = self.outer_body().await?;
            let Some((opener, inner, _)) = &mut self.layer else { return Ok(outer) };
            let message = sasl_message(outer);
            assert_eq!(message.state, SaslState::Wrap as i32);
            inner.append(&opener.open(&message.token.unwrap()).unwrap());
        }
    }

    async fn outer_body(&mut self) -> Result<Bytes, Over> {
        loop {
            if let Some(body) = self.decoder.next().unwrap() {
                return Ok(body);
            }
            if self.stream.read_buf(self.decoder.buffer()).await? == 0 {
                return Err(Over);
            }
        }
    }

    async fn authenticate(&mut self, valid: &Mutex<Vec<Token>>, qop: &'static str) -> Result<(), Over> {
        assert_eq!(sasl_message(self.outer_body().await?).state, SaslState::Negotiate as i32);
        let server = Server::new(qop);
        let mut offer = SaslAuth {
            method: "TOKEN".to_owned(),
            mechanism: "DIGEST-MD5".to_owned(),
            protocol: Some(String::new()),
            server_id: Some("default".to_owned()),
            challenge: Some(server.challenge().into_bytes().into()),
        };
        self.stream.write_all(&sasl_frame(SaslState::Negotiate, None, vec![offer.clone()])).await?;
        let answer = sasl_message(self.outer_body().await?);
        offer.challenge = None;
        assert_eq!((answer.state, answer.auths), (SaslState::Initiate as i32, vec![offer]));
        let tokens = valid.lock().unwrap().clone();
        match server.check(&answer.token.unwrap(), &tokens) {
            Asked::Accepted { proof, layer } => {
                self.stream.write_all(&sasl_frame(SaslState::SaslSuccess, Some(proof.into()), Vec::new())).await?;
                self.layer = layer.map(|both| (both.0, FrameDecoder::new(1 << 20), both.1));
                Ok(())
            }
            Asked::Unknown => {
                let header = ResponseHeader {
                    exception_class: Some("org.apache.hadoop.security.token.SecretManager$InvalidToken".to_owned()),
                    message: Some("no such token".to_owned()),
                    ..response_header(SASL_CALL, &Bytes::new(), Status::Fatal)
                };
                self.stream.write_all(&framed(&[&header.encode_length_delimited_to_vec()])).await?;
                Err(Over)
            }
        }
    }
}

fn sasl_message(mut body: Bytes) -> SaslMessage {
    let header = RequestHeader::decode_length_delimited(&mut body).unwrap();
    assert_eq!((header.call_id, header.client_id.len(), header.retry_count), (SASL_CALL, 0, Some(-1)));
    SaslMessage::decode_length_delimited(body).unwrap()
}

pub(super) fn sasl_frame(state: SaslState, token: Option<Bytes>, auths: Vec<SaslAuth>) -> Vec<u8> {
    let header = response_header(SASL_CALL, &Bytes::new(), Status::Success);
    let message = SaslMessage { version: None, state: state as i32, token, auths };
    framed(&[&header.encode_length_delimited_to_vec(), &message.encode_length_delimited_to_vec()])
}
