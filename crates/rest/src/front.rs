//! What stands before every path: who may ask, and `/v1`.

use crate::api_error::ApiError;
use crate::{Asked, Authenticator};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;
use std::sync::Arc;
use tower::ServiceExt;

/// Answers requests.
pub(crate) struct Front {
    router: Router,
    authenticators: Vec<Arc<dyn Authenticator>>,
}

impl Front {
    /// Lets what one of `authenticators` admits into `router`; everything, if there is none.
    pub(crate) fn new(router: Router, authenticators: Vec<Arc<dyn Authenticator>>) -> Self {
        Front { router, authenticators }
    }

    /// The answer to somebody at `peer`.
    pub(crate) async fn answer(&self, mut request: Request<Body>, peer: IpAddr) -> Response {
        let (method, path, headers) = (request.method(), request.uri().path(), request.headers());
        if !self.admits(Asked { peer, method, path, headers }).await {
            return self.unauthorized();
        }
        if let Some(uri) = without_version(request.uri()) {
            *request.uri_mut() = uri;
        }
        let Ok(response) = self.router.clone().oneshot(request).await;
        response
    }

    async fn admits(&self, asked: Asked<'_>) -> bool {
        for authenticator in &self.authenticators {
            if authenticator.admits(&asked).await {
                return true;
            }
        }
        self.authenticators.is_empty()
    }

    fn unauthorized(&self) -> Response {
        let challenges: Vec<_> = self.authenticators.iter().filter_map(|one| one.challenge()).collect();
        let sentences: Vec<_> = challenges.iter().map(|challenge| challenge.sentence).collect();
        let mut response = ApiError::new(StatusCode::UNAUTHORIZED, sentences.join(" ")).into_response();
        for challenge in challenges {
            response.headers_mut().append(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge.scheme));
        }
        response
    }
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
