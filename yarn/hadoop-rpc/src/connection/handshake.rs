//! What is said before the first call.
//!
//! Without authentication: the preamble and the connection context, in one go and unanswered.

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::{ConnectError, Purpose};
use crate::frame::{self, FrameDecoder};
use crate::proto::rpc::{ConnectionContext, UserInformation};

/// A connection that is ready for calls.
pub(super) struct Established {
    pub(super) input: OwnedReadHalf,
    pub(super) output: OwnedWriteHalf,
    /// Holds what arrived with the last message of the handshake.
    pub(super) decoder: FrameDecoder,
}

/// Introduces the client to the server.
pub(super) async fn perform(stream: TcpStream, purpose: &Purpose) -> Result<Established, ConnectError> {
    let (input, mut output) = stream.into_split();
    let user = UserInformation {
        effective_user: Some(purpose.login.user().to_owned()),
        real_user: purpose.login.real_user().map(str::to_owned),
    };
    let context = ConnectionContext { user: Some(user), protocol: Some(purpose.protocol.name.to_owned()) };
    let mut greeting = frame::preamble(frame::AUTH_NONE).to_vec();
    greeting.extend_from_slice(&frame::context(&purpose.client_id, &context));
    let written = output.write_all(&greeting).await;
    written.map_err(|error| ConnectError::Unreachable(format!("writing failed: {error}")))?;
    Ok(Established { input, output, decoder: FrameDecoder::new(purpose.options.max_response_bytes) })
}
