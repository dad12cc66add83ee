//! Who may look without showing the token: what comes by way of a ResourceManager's proxy.
//!
//! A proxy tells in a cookie who is behind it. What a guest may see is what dashboards show; logs, configuration and artifacts may hold secrets, and
//! whatever changes something is not for looking.

use crate::{Asked, Authenticator, Challenge};
use axum::http::{HeaderMap, Method, header};
use futures_util::future::BoxFuture;
use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::watch;

/// The cookie in which a ResourceManager's proxy says who asks.
const USER: &str = "proxy-user";
/// What is not shown to guests: the last or a middle part of a path.
const CLOSED: [&str; 7] = ["log", "logs", "stdout", "config", "artifacts", "environment", "outcome"];

/// The proxies, and whom they may let look.
#[derive(Clone, Debug)]
pub struct Guests {
    /// The proxies' addresses, as they are now.
    pub proxies: watch::Receiver<BTreeSet<IpAddr>>,
    /// Who may look; `None`: whoever the proxy lets through.
    pub viewers: Option<Viewers>,
}

/// Users and groups of them.
#[derive(Clone, Debug)]
pub struct Viewers {
    /// By name.
    pub users: BTreeSet<String>,
    /// By membership.
    pub groups: BTreeSet<String>,
    /// Who knows memberships.
    pub members: Arc<dyn Memberships>,
}

/// Tells which groups users are in.
pub trait Memberships: fmt::Debug + Send + Sync {
    /// The groups of a user; none if they cannot be told.
    fn groups_of<'a>(&'a self, user: &'a str) -> BoxFuture<'a, Vec<String>>;
}

impl Authenticator for Guests {
    /// Whether a request is one that is answered to a guest.
    fn admits<'a>(&'a self, asked: &'a Asked<'a>) -> BoxFuture<'a, bool> {
        let Asked { peer, method, path, headers } = *asked;
        let looks =
            matches!(*method, Method::GET | Method::HEAD) && !path.split('/').any(|part| CLOSED.contains(&part));
        // Only a proxy's word on who asks is worth a question.
        let admits = looks && self.proxies.borrow().contains(&peer.to_canonical());
        Box::pin(async move {
            match &self.viewers {
                Some(viewers) if admits => viewers.have(headers).await,
                _ => admits,
            }
        })
    }

    /// Who does not come by a proxy cannot make it so.
    fn challenge(&self) -> Option<Challenge> {
        None
    }
}

impl Viewers {
    async fn have(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let user = cookies.flat_map(|line| line.split(';')).find_map(|cookie| {
            let (name, value) = cookie.trim().split_once('=')?;
            (name == USER).then_some(value)
        });
        let Some(user) = user else { return false };
        self.users.contains(user)
            || (!self.groups.is_empty()
                && self.members.groups_of(user).await.iter().any(|group| self.groups.contains(group)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    /// Everybody is in the group of their name's first letter.
    #[derive(Debug)]
    struct ByLetter;

    impl Memberships for ByLetter {
        fn groups_of<'a>(&'a self, user: &'a str) -> BoxFuture<'a, Vec<String>> {
            Box::pin(async move { user.chars().take(1).map(String::from).collect() })
        }
    }

    #[test]
    fn who_comes_by_the_proxy_may_look_at_what_dashboards_show() {
        let (sender, proxies) = watch::channel(BTreeSet::from(["10.0.0.1".parse().unwrap()]));
        let mut guests = Guests { proxies, viewers: None };
        let asks = |guests: &Guests, peer: &str, method: Method, path: &str, cookie: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookie.parse().unwrap());
            let asked = Asked { peer: peer.parse().unwrap(), method: &method, path, headers: &headers };
            guests.admits(&asked).now_or_never().unwrap()
        };
        let table = [
            ("10.0.0.1", Method::GET, "/overview", true),
            ("::ffff:10.0.0.1", Method::GET, "/jobs/overview", true),
            ("10.0.0.2", Method::GET, "/overview", false),
            ("10.0.0.1", Method::PATCH, "/jobs/1", false),
            ("10.0.0.1", Method::DELETE, "/cluster", false),
            ("10.0.0.1", Method::GET, "/jobmanager/config", false),
            ("10.0.0.1", Method::GET, "/config", false),
            ("10.0.0.1", Method::GET, "/taskmanagers/1/log", false),
            ("10.0.0.1", Method::GET, "/jobmanager/logs/weft.log", false),
            ("10.0.0.1", Method::GET, "/weft/artifacts/12", false),
        ];
        for (peer, method, path, admitted) in table {
            assert_eq!(asks(&guests, peer, method.clone(), path, "a=b"), admitted, "{peer} {method} {path}");
        }
        let (users, groups) = (BTreeSet::from(["anna".to_owned()]), BTreeSet::from(["c".to_owned()]));
        guests.viewers = Some(Viewers { users, groups, members: Arc::new(ByLetter) });
        for (cookie, admitted) in [
            ("proxy-user=anna", true),
            ("a=b; proxy-user=anna", true),
            ("proxy-user=carl", true),
            ("proxy-user=bert", false),
            ("a=b", false),
        ] {
            assert_eq!(asks(&guests, "10.0.0.1", Method::GET, "/overview", cookie), admitted, "{cookie}");
        }
        sender.send_replace(BTreeSet::new());
        assert!(!asks(&guests, "10.0.0.1", Method::GET, "/overview", "proxy-user=anna"), "the proxy has moved");
    }
}
