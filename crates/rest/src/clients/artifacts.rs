//! Programs by the SHA-256 of their bytes.

use crate::answer::{Json, Reply};
use crate::api_error::ApiError;
use crate::artifact_file::ArtifactFile;
use crate::request::Ids;
use crate::rest::Rest;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use weft_rpc::BlobHash;

/// `GET /weft/artifacts/:sha256`, and `HEAD`: whether it is here.
pub(crate) async fn get(State(rest): State<Rest>, ids: Ids) -> Reply {
    let hash = hash(&ids)?;
    match rest.cluster().has_artifact(hash).await {
        true => Ok(Json(shown(hash))),
        false => Err(ApiError::not_found(format_args!("Artifact {hash} not found"))),
    }
}

/// `PUT /weft/artifacts/:sha256`: 201, or 200 when it is here already.
pub(crate) async fn put(
    State(rest): State<Rest>,
    ids: Ids,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    rest.submission_allowed()?;
    let hash = hash(&ids)?;
    let mut body = rest.program_body(body);
    if rest.cluster().has_artifact(hash).await {
        // A client that waits to be told to go on is not told.
        if !headers.contains_key(header::EXPECT) {
            body.drain().await?;
        }
        return Ok((StatusCode::OK, Json(shown(hash))).into_response());
    }
    let mut file = ArtifactFile::create(&rest)?;
    while let Some(piece) = body.next().await? {
        file.write(&piece).await?;
    }
    file.keep(&rest, Some(hash)).await?;
    Ok((StatusCode::CREATED, Json(shown(hash))).into_response())
}

fn hash(ids: &Ids) -> Result<BlobHash, ApiError> {
    ids.text("sha256").parse().map_err(|_| ApiError::parameter("path", "sha256", ids.text("sha256")))
}

fn shown(hash: BlobHash) -> Value {
    json!({ "artifact": hash.to_string() })
}
