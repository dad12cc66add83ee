//! Who calls, and how he proves it.

use crate::credentials::{Credentials, CredentialsWatch, TokenSelector};
use crate::sasl::{Acceptable, PrivacyCipher, Protection};

/// Who calls, and how he proves it: an argument of every client.
#[derive(Clone, Debug)]
pub struct Login {
    user: String,
    real_user: Option<String>,
    credentials: CredentialsWatch,
    means: Means,
}

/// How a user proves who he is.
#[derive(Clone, Debug)]
pub(crate) enum Means {
    /// Not at all.
    Simple,
    /// By a token among his credentials.
    Token { selector: TokenSelector, acceptable: Acceptable },
}

impl Login {
    /// A user whom the server believes (`hadoop.security.authentication=simple`).
    pub fn simple(user: impl Into<String>) -> Self {
        let credentials = CredentialsWatch::fixed(Credentials::default());
        Login { user: user.into(), real_user: None, credentials, means: Means::Simple }
    }

    /// A user who proves himself by the token that `selector` finds among the newest of `credentials`. The token says who
    /// he is; `user` is what messages call him. New credentials are used by new connections, and calls made after their
    /// issue use a new connection; calls under way end on the old one.
    pub fn token(user: impl Into<String>, credentials: CredentialsWatch, selector: TokenSelector) -> Self {
        let means = Means::Token { selector, acceptable: Acceptable::default() };
        Login { user: user.into(), real_user: None, credentials, means }
    }

    /// Lets `real_user`, whom the server must allow to impersonate, act for the user. Without effect with a token.
    pub fn on_behalf(mut self, real_user: impl Into<String>) -> Self {
        self.real_user = Some(real_user.into());
        self
    }

    /// Accepts these protections only (`hadoop.rpc.protection`); all of them unless set. Without effect on a simple log-in.
    pub fn with_protections(mut self, protections: Vec<Protection>) -> Self {
        if let Means::Token { acceptable, .. } = &mut self.means {
            acceptable.protections = protections;
        }
        self
    }

    /// Prefers the ciphers in this order for privacy; triple DES first unless set.
    pub fn with_ciphers(mut self, ciphers: Vec<PrivacyCipher>) -> Self {
        if let Means::Token { acceptable, .. } = &mut self.means {
            acceptable.ciphers = ciphers;
        }
        self
    }

    /// The user in whose name calls are made.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// His credentials.
    pub fn credentials(&self) -> &CredentialsWatch {
        &self.credentials
    }

    pub(crate) fn real_user(&self) -> Option<&str> {
        self.real_user.as_deref()
    }

    pub(crate) fn means(&self) -> &Means {
        &self.means
    }
}
