//! From bytes to replies, through protection where there is one.

use bytes::BytesMut;

use crate::frame::{self, ClientId, Defect, FrameDecoder, Reply};
use crate::proto::rpc::{SaslMessage, SaslState};
use crate::sasl::Opener;

/// The replies in what has arrived.
#[derive(Debug)]
pub(super) struct Incoming {
    outer: FrameDecoder,
    /// With protection, what opens it and the frames that come out. Pieces of frames may share a message and a frame may
    /// span several.
    protected: Option<(Opener, FrameDecoder)>,
}

impl Incoming {
    pub(super) fn new(outer: FrameDecoder, opener: Option<Opener>, limit: usize) -> Self {
        Incoming { outer, protected: opener.map(|opener| (opener, FrameDecoder::new(limit))) }
    }

    /// Where to put what arrives.
    pub(super) fn buffer(&mut self) -> &mut BytesMut {
        self.outer.buffer()
    }

    /// Whether everything that arrived has been taken out.
    pub(super) fn is_empty(&self) -> bool {
        self.outer.is_empty() && self.protected.as_ref().is_none_or(|(_, inner)| inner.is_empty())
    }

    /// The next reply that has arrived completely.
    pub(super) fn next(&mut self, client_id: &ClientId) -> Result<Option<Reply>, Defect> {
        loop {
            if let Some((_, inner)) = &mut self.protected
                && let Some(body) = inner.next()?
            {
                return frame::reply(body, client_id).map(Some);
            }
            let Some(body) = self.outer.next()? else { return Ok(None) };
            let reply = frame::reply(body, client_id)?;
            let Some((opener, inner)) = &mut self.protected else { return Ok(Some(reply)) };
            match reply {
                Reply::Result { call_id: frame::SASL_CALL, body } => {
                    let message: SaslMessage = frame::message(body)?;
                    if message.state != SaslState::Wrap as i32 {
                        return Err(format!("a protected reply is in state {}", message.state));
                    }
                    let opened = opener.open(&message.token.unwrap_or_default())?;
                    inner.append(&opened);
                }
                // A server that cannot go on says so without protection.
                fatal @ Reply::Fatal { .. } => return Ok(Some(fatal)),
                _ => return Err("a reply lacks the protection agreed on".to_owned()),
            }
        }
    }
}
