//! One authentication under way, by whatever mechanism.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Acceptable;
use super::digest::DigestMd5;
use super::layer::SecurityLayer;
use crate::entropy::Entropy;
use crate::login::Means;
use crate::proto::rpc::SaslAuth;
use crate::{Login, Token};

/// The method by which tokens are used, and the one mechanism for it.
const TOKEN: &str = "TOKEN";
const DIGEST_MD5: &str = "DIGEST-MD5";

/// The client's side of an authentication.
#[derive(Debug)]
pub(crate) struct Exchange {
    token: Token,
    uri: String,
    client_nonce: String,
    acceptable: Acceptable,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The server has not asked yet.
    Begun,
    /// The client has answered and waits for the server's proof.
    Answered(DigestMd5),
    /// The proof came and was right; the server has yet to say that all is well.
    Proved(Option<SecurityLayer>),
}

impl Exchange {
    /// Chooses among a server's offers, the first that the login can do; with the chosen one.
    ///
    /// # Errors
    /// Why none will do.
    pub(crate) fn choose<'a>(
        login: &Login,
        offers: &'a [SaslAuth],
        entropy: &dyn Entropy,
    ) -> Result<(Exchange, &'a SaslAuth), String> {
        let offered = || offers.iter().map(|offer| offer.method.as_str()).collect::<Vec<_>>().join(", ");
        let Means::Token { selector, acceptable } = login.means() else {
            return Err(format!("the server wants one of {}: log in with a token", offered()));
        };
        let Some(offer) = offers.iter().find(|offer| offer.method == TOKEN) else {
            return Err(format!("the server takes {} and no tokens", offered()));
        };
        if offer.mechanism != DIGEST_MD5 {
            let mechanism = &offer.mechanism;
            return Err(format!(
                "the server checks tokens by {mechanism}: set hadoop.security.sasl.mechanism to {DIGEST_MD5} there"
            ));
        }
        let credentials = login.credentials().current().credentials;
        let token = selector.select(&credentials).ok_or_else(|| {
            format!("there is no token {} among {} tokens", selector.description(), credentials.tokens.len())
        })?;
        let mut nonce = [0; 30];
        entropy.fill(&mut nonce);
        let exchange = Exchange {
            token: token.clone(),
            uri: format!("{}/{}", offer.protocol(), offer.server_id()),
            client_nonce: STANDARD.encode(nonce),
            acceptable: acceptable.clone(),
            state: State::Begun,
        };
        Ok((exchange, offer))
    }

    /// The response to a challenge.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn respond(&mut self, challenge: &[u8]) -> Result<Vec<u8>, String> {
        match std::mem::replace(&mut self.state, State::Begun) {
            State::Begun => {
                let (uri, nonce) = (self.uri.clone(), self.client_nonce.clone());
                let (response, digest) = DigestMd5::answer(&self.token, challenge, uri, nonce, &self.acceptable)?;
                self.state = State::Answered(digest);
                Ok(response)
            }
            State::Answered(digest) => {
                self.state = State::Proved(digest.finish(challenge)?);
                Ok(Vec::new())
            }
            State::Proved(_) => Err("the server asks on after its proof".to_owned()),
        }
    }

    /// The protection agreed on, when the server says that all is well.
    ///
    /// # Errors
    /// Why the server is not believed.
    pub(crate) fn finish(self, proof: &[u8]) -> Result<Option<SecurityLayer>, String> {
        match self.state {
            State::Begun => Err("the server says that all is well before it asked anything".to_owned()),
            State::Answered(digest) => digest.finish(proof),
            State::Proved(layer) => Ok(layer),
        }
    }
}
