//! What stands before every path: the bearer token, and `/v1`.

use crate::api_error::ApiError;
use crate::bearer::Guard;
use crate::guests::Guests;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;
use tower::ServiceExt;

/// Answers requests.
pub(crate) struct Front {
    router: Router,
    guard: Option<Guard>,
    guests: Option<Guests>,
}

impl Front {
    /// Lets what `guard` admits, or everything, into `router`; and what guests may look at.
    pub(crate) fn new(router: Router, guard: Option<Guard>, guests: Option<Guests>) -> Self {
        Front { router, guard, guests }
    }

    /// The answer to somebody at `peer`.
    pub(crate) async fn answer(&self, mut request: Request<Body>, peer: IpAddr) -> Response {
        if !self.admits(&request, peer) {
            return unauthorized();
        }
        if let Some(uri) = without_version(request.uri()) {
            *request.uri_mut() = uri;
        }
        let Ok(response) = self.router.clone().oneshot(request).await;
        response
    }

    fn admits(&self, request: &Request<Body>, peer: IpAddr) -> bool {
        let Some(guard) = &self.guard else { return true };
        let (headers, path) = (request.headers(), request.uri().path());
        let shown = headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes).unwrap_or_default();
        let guest = |guests: &Guests| guests.admit(peer, request.method(), path, headers);
        guard.admits(shown) || self.guests.as_ref().is_some_and(guest)
    }
}

fn unauthorized() -> Response {
    let sentence = "This cluster wants a bearer token: send it as Authorization: Bearer TOKEN.";
    let mut response = ApiError::new(StatusCode::UNAUTHORIZED, sentence).into_response();
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

/// Every path is also there under `/v1`.
fn without_version(uri: &Uri) -> Option<Uri> {
    let path = uri.path_and_query()?.as_str().strip_prefix("/v1")?;
    if path.starts_with('/') { path.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_taken_off_once() {
        let table = [
            ("/v1/overview", Some("/overview")),
            ("/v1/jobs/metrics?get=a", Some("/jobs/metrics?get=a")),
            ("/v1/v1/overview", Some("/v1/overview")),
            ("/v1", None),
            ("/v1x/overview", None),
            ("/v2/overview", None),
            ("/overview", None),
        ];
        for (path, expected) in table {
            let uri: Uri = path.parse().expect("a path");
            assert_eq!(without_version(&uri).map(|uri| uri.to_string()).as_deref(), expected, "{path}");
        }
    }
}
