//! Who may ask.
//!
//! A request is answered when one of the server's authenticators admits it, and before that nothing is read of it but its head. A server without
//! any answers everybody who reaches it. There are two: [`Bearer`](crate::Bearer), for who knows a token, and [`Guests`](crate::Guests), for
//! who comes by a proxy and only looks. Others have room beside them: Kerberos over HTTP (SPNEGO, RFC 4559) is one with the challenge
//! `Negotiate`.

use axum::http::{HeaderMap, Method};
use futures_util::future::BoxFuture;
use std::fmt;
use std::net::IpAddr;

/// What a request tells of who sends it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'r> {
    /// Where its connection comes from.
    pub peer: IpAddr,
    /// What is to be done.
    pub method: &'r Method,
    /// With what, `/v1` before it or not.
    pub path: &'r str,
    /// All of its head.
    pub headers: &'r HeaderMap,
}

/// One way to be admitted.
pub trait Authenticator: fmt::Debug + Send + Sync {
    /// Whether this request is to be answered. It may have to ask somebody else.
    fn admits<'a>(&'a self, asked: &'a Asked<'a>) -> BoxFuture<'a, bool>;

    /// What who is refused is told; `None`: there is nothing that a client could show.
    fn challenge(&self) -> Option<Challenge>;
}

/// What a client is to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// For the header `WWW-Authenticate` (RFC 9110, 11.6.1).
    pub scheme: &'static str,
    /// For people.
    pub sentence: &'static str,
}
