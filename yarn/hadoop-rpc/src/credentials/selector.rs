//! Which token a client uses.

use super::{Credentials, Token};

/// Finds the token for a service among a user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSelector {
    kind: &'static str,
    services: Vec<String>,
}

impl TokenSelector {
    /// A token of this kind, for whatever service: as the token of an ApplicationMaster, which names none.
    pub fn any(kind: &'static str) -> Self {
        TokenSelector { kind, services: Vec::new() }
    }

    /// A token of this kind for one of these services. Hadoop writes `ip:port` or, with
    /// `hadoop.security.token.service.use_ip=false`, `host:port`; for a nameservice `ha-hdfs:name`; for several
    /// ResourceManagers all addresses joined by commas.
    pub fn of(kind: &'static str, services: Vec<String>) -> Self {
        TokenSelector { kind, services }
    }

    /// The first token that fits, in the order of services.
    pub fn select<'a>(&self, credentials: &'a Credentials) -> Option<&'a Token> {
        let mut of_kind = credentials.tokens.values().filter(|token| token.kind == self.kind);
        if self.services.is_empty() {
            return of_kind.next();
        }
        let of_kind: Vec<_> = of_kind.collect();
        self.services.iter().find_map(|service| of_kind.iter().find(|token| token.service == *service)).copied()
    }

    /// What is looked for, for messages.
    pub(crate) fn description(&self) -> String {
        match &self.services[..] {
            [] => self.kind.to_owned(),
            services => format!("{} for {}", self.kind, services.join(" or ")),
        }
    }
}
