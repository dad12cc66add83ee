//! The server's side of DIGEST-MD5, for a server that tests play.

use super::challenge::directives;
use super::digest::DigestMd5;
use super::{Acceptable, Opener, Protection, Sealer, SecurityLayer};
use crate::Token;

pub(crate) struct Server {
    qop: &'static str,
}

/// What came of a client's answer.
pub(crate) enum Asked {
    Accepted { proof: Vec<u8>, layer: Option<Box<(Opener, Sealer)>> },
    Unknown,
}

impl Server {
    pub(crate) fn new(qop: &'static str) -> Self {
        Server { qop }
    }

    pub(crate) fn challenge(&self) -> String {
        format!(
            "realm=\"default\",nonce=\"abc\",qop=\"{}\",charset=utf-8,cipher=\"rc4,3des\",algorithm=md5-sess",
            self.qop
        )
    }

    /// Does what the client must have done, with each token, and compares.
    pub(crate) fn check(&self, response: &[u8], tokens: &[Token]) -> Asked {
        let text = std::str::from_utf8(response).unwrap();
        let found = directives(text).unwrap();
        let value = |key: &str| found.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
        let protections = [Protection::Authentication, Protection::Integrity, Protection::Privacy];
        let qop = value("qop").unwrap();
        let protection = protections.into_iter().find(|protection| protection.qop() == qop).unwrap();
        let ciphers = [super::PrivacyCipher::TripleDes, super::PrivacyCipher::Rc4];
        let cipher = ciphers.into_iter().find(|cipher| value("cipher").as_deref() == Some(cipher.name()));
        let acceptable = Acceptable { protections: vec![protection], ciphers: Vec::from_iter(cipher) };
        for token in tokens {
            let nonce = value("cnonce").unwrap();
            let (uri, challenge) = ("/default".to_owned(), self.challenge());
            let (expected, digest) = DigestMd5::answer(token, challenge.as_bytes(), uri, nonce, &acceptable).unwrap();
            if expected == response {
                let layer = (protection != Protection::Authentication).then(|| {
                    let session = digest.session();
                    let opener = SecurityLayer::opener_of_server(session, cipher);
                    Box::new((opener, SecurityLayer::sealer_of_server(session, cipher)))
                });
                return Asked::Accepted { proof: format!("rspauth={}", digest.server_proof()).into_bytes(), layer };
            }
        }
        Asked::Unknown
    }
}
