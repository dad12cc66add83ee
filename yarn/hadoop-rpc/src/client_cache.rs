//! Clients that are shared by all who want the same.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::Login;

/// Clients by service, user and generation of his credentials. Of the generations of one user only the newest is kept:
/// whoever holds an older client finishes with it.
pub struct ClientCache<C> {
    clients: Mutex<HashMap<(String, String), (u64, C)>>,
}

impl<C> Default for ClientCache<C> {
    fn default() -> Self {
        ClientCache { clients: Mutex::default() }
    }
}

impl<C: Clone> ClientCache<C> {
    /// The client of `login` for `service`, made by `build` if there is none of the login's newest credentials.
    pub fn get(&self, service: &str, login: &Login, build: impl FnOnce() -> C) -> C {
        let generation = login.credentials().current().generation;
        let key = (service.to_owned(), login.user().to_owned());
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        match clients.get(&key) {
            Some((made, client)) if *made >= generation => client.clone(),
            _ => {
                let client = build();
                clients.insert(key, (generation, client.clone()));
                client
            }
        }
    }

    /// Forgets the client of `login` for `service`, so that the next who asks gets a new one.
    pub fn forget(&self, service: &str, login: &Login) {
        let key = (service.to_owned(), login.user().to_owned());
        self.clients.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
    }
}

impl<C> fmt::Debug for ClientCache<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCache").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Credentials, CredentialsSender, Token, TokenSelector};

    #[test]
    fn a_client_is_shared_until_its_credentials_change() {
        let sender = CredentialsSender::new(Credentials::default());
        let login = Login::token("alice", sender.watch(), TokenSelector::any("K"));
        let cache = ClientCache::default();
        assert_eq!(cache.get("nn", &login, || 1), 1);
        assert_eq!(cache.get("nn", &login, || 2), 1);
        assert_eq!(cache.get("rm", &login, || 3), 3);
        assert_eq!(cache.get("nn", &Login::simple("bob"), || 4), 4);
        let mut renewed = Credentials::default();
        renewed.tokens.insert(String::new(), Token::default());
        sender.issue(renewed);
        assert_eq!(cache.get("nn", &login, || 5), 5);
        assert_eq!(cache.get("nn", &login, || 6), 5);
        cache.forget("nn", &login);
        assert_eq!(cache.get("nn", &login, || 7), 7);
    }
}
