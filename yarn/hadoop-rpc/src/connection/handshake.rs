//! What is said before the first call.
//!
//! Without authentication: the preamble and the connection context, in one go and unanswered. With it: the preamble, the
//! exchange of [`crate::sasl`], and then the context, which names no user, for the token does. A server that is asked for
//! its methods and answers SUCCESS at once wants no authentication; somebody with a token is in the wrong place there.

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::{ConnectError, Purpose};
use crate::entropy::Entropy;
use crate::frame::{self, FrameDecoder, Reply};
use crate::login::Means;
use crate::proto::rpc::{ConnectionContext, SaslAuth, SaslMessage, SaslState, UserInformation};
use crate::sasl::{Exchange, Opener, Sealer, SecurityLayer};

/// Messages of an authentication: mechanisms need three or four.
const MOST_MESSAGES: usize = 16;
/// The longest message of an authentication, in bytes.
const LONGEST_MESSAGE: usize = 1 << 20;

/// A connection that is ready for calls.
pub(super) struct Established {
    pub(super) input: OwnedReadHalf,
    pub(super) output: OwnedWriteHalf,
    /// Holds what arrived with the last message of the handshake.
    pub(super) decoder: FrameDecoder,
    pub(super) sealer: Option<Sealer>,
    pub(super) opener: Option<Opener>,
}

/// Introduces the client to the server.
pub(super) async fn perform(
    stream: TcpStream,
    purpose: &Purpose,
    entropy: &dyn Entropy,
) -> Result<Established, ConnectError> {
    let (input, output) = stream.into_split();
    let mut greeting = Greeting { input, output, decoder: FrameDecoder::new(LONGEST_MESSAGE), purpose };
    let layer = match purpose.login.means() {
        Means::Simple => {
            greeting.write(&frame::preamble(frame::AUTH_NONE)).await?;
            None
        }
        Means::Token { .. } => {
            greeting.write(&frame::preamble(frame::AUTH_SASL)).await?;
            greeting.authenticate(entropy).await?
        }
    };
    greeting.introduce(layer).await
}

/// A handshake under way.
struct Greeting<'a> {
    input: OwnedReadHalf,
    output: OwnedWriteHalf,
    decoder: FrameDecoder,
    purpose: &'a Purpose,
}

impl Greeting<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), ConnectError> {
        let written = self.output.write_all(bytes).await;
        written.map_err(|error| ConnectError::Unreachable(format!("writing failed: {error}")))
    }

    async fn send(
        &mut self,
        state: SaslState,
        token: Option<Vec<u8>>,
        auth: Option<SaslAuth>,
    ) -> Result<(), ConnectError> {
        let message = SaslMessage {
            version: None,
            state: state as i32,
            token: token.map(Bytes::from),
            auths: Vec::from_iter(auth),
        };
        self.write(&frame::sasl(&message)).await
    }

    /// The next message of the server.
    async fn receive(&mut self) -> Result<SaslMessage, ConnectError> {
        let body = loop {
            if let Some(body) = self.decoder.next().map_err(ConnectError::Malformed)? {
                break body;
            }
            match self.input.read_buf(self.decoder.buffer()).await {
                Ok(0) => return Err(ConnectError::Unreachable("the server closed the connection at once".to_owned())),
                Ok(_) => {}
                Err(error) => return Err(ConnectError::Unreachable(format!("reading failed: {error}"))),
            }
        };
        match frame::reply(body, &self.purpose.client_id).map_err(ConnectError::Malformed)? {
            Reply::Result { call_id: frame::SASL_CALL, body } => frame::message(body)
                .map_err(|defect| ConnectError::Malformed(format!("its authentication cannot be read: {defect}"))),
            Reply::Result { call_id, .. } => {
                Err(ConnectError::Malformed(format!("it replied to call {call_id} before there was one")))
            }
            Reply::Error { exception, .. } | Reply::Fatal { exception } => Err(ConnectError::Refused(exception)),
        }
    }

    async fn authenticate(&mut self, entropy: &dyn Entropy) -> Result<Option<SecurityLayer>, ConnectError> {
        self.send(SaslState::Negotiate, None, None).await?;
        let offers = self.receive().await?;
        if offers.state != SaslState::Negotiate as i32 {
            return Err(ConnectError::Login("the server wants no authentication: log in without a token".to_owned()));
        }
        let chosen = Exchange::choose(&self.purpose.login, &offers.auths, entropy);
        let (mut exchange, offer) = chosen.map_err(ConnectError::Login)?;
        // The first challenge may come with the offer. Without one the server asks after an empty beginning.
        let token = match &offer.challenge {
            Some(challenge) => exchange.respond(challenge).map_err(ConnectError::Login)?,
            None => Vec::new(),
        };
        // The offer goes back exactly as it came, but for the challenge: the server compares.
        let echo = SaslAuth { challenge: None, ..offer.clone() };
        self.send(SaslState::Initiate, Some(token), Some(echo)).await?;
        for _ in 0..MOST_MESSAGES {
            let message = self.receive().await?;
            let token = message.token.unwrap_or_default();
            match SaslState::try_from(message.state) {
                Ok(SaslState::Challenge) => {
                    let response = exchange.respond(&token).map_err(ConnectError::Login)?;
                    self.send(SaslState::Response, Some(response), None).await?;
                }
                Ok(SaslState::SaslSuccess) => return exchange.finish(&token).map_err(ConnectError::Login),
                _ => return Err(ConnectError::Malformed(format!("authentication is in state {}", message.state))),
            }
        }
        Err(ConnectError::Malformed("authentication does not come to an end".to_owned()))
    }

    /// Sends the connection context.
    async fn introduce(mut self, layer: Option<SecurityLayer>) -> Result<Established, ConnectError> {
        let Purpose { login, protocol, client_id, options } = self.purpose;
        let user = match login.means() {
            Means::Simple => UserInformation {
                effective_user: Some(login.user().to_owned()),
                real_user: login.real_user().map(str::to_owned),
            },
            Means::Token { .. } => UserInformation::default(),
        };
        let context = ConnectionContext { user: Some(user), protocol: Some(protocol.name.to_owned()) };
        let context = frame::context(client_id, &context);
        let (mut sealer, opener) = layer.map(|layer| (layer.sealer, layer.opener)).unzip();
        match &mut sealer {
            Some(sealer) => {
                for piece in frame::sealed(&context, sealer) {
                    self.write(&piece).await?;
                }
            }
            None => self.write(&context).await?,
        }
        let decoder = self.decoder.with_limit(options.max_response_bytes);
        Ok(Established { input: self.input, output: self.output, decoder, sealer, opener })
    }
}
