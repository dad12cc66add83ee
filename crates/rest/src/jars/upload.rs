//! Uploading programs, listing and forgetting them.

use super::multipart::{Multipart, Part};
use super::programs::Program;
use crate::answer::{Json, Reply};
use crate::api_error::ApiError;
use crate::artifact_file::ArtifactFile;
use crate::request::Ids;
use crate::rest::Rest;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use serde_json::{Value, json};
use weft_rpc::BlobRef;

/// The longest name of a file that most file systems take, less room for the id before it.
const NAME_LIMIT: usize = 200;

/// `POST /jars/upload`.
pub(crate) async fn upload(State(rest): State<Rest>, headers: HeaderMap, body: Body) -> Reply {
    rest.programs_allowed()?;
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (name, artifact) = receive(&rest, Multipart::new(content_type)?, body).await?;
    let program = rest.programs().add(&name, artifact)?;
    // Clients take what follows the last slash as the id.
    Ok(Json(json!({ "filename": format!("/uploads/{}", program.id), "status": "success" })))
}

/// `GET /jars`.
pub(crate) async fn list(State(rest): State<Rest>) -> Reply {
    rest.programs_allowed()?;
    let files = rest.programs().all();
    Ok(Json(json!({ "address": rest.address(), "files": files.iter().map(shown).collect::<Vec<_>>() })))
}

/// `DELETE /jars/:jarid`.
pub(crate) async fn delete(State(rest): State<Rest>, ids: Ids) -> Reply {
    rest.programs_allowed()?;
    rest.programs().remove(ids.text("jarid"))?;
    Ok(Json::nothing())
}

/// A program has no entry classes to choose from.
fn shown(program: &Program) -> Value {
    json!({ "id": program.id, "name": program.name, "uploaded": program.uploaded_ms, "entry": [] })
}

/// Writes the one file of a form. Other parts are skipped.
async fn receive(rest: &Rest, mut form: Multipart, body: Body) -> Result<(String, BlobRef), ApiError> {
    let mut body = rest.program_body(body);
    let (mut open, mut received) = (None, None);
    while let Some(piece) = body.next().await? {
        for part in form.push(&piece)? {
            match part {
                Part::Begin(None) => {}
                Part::Begin(Some(_)) if received.is_some() => return Err(not_one("more than one")),
                Part::Begin(Some(name)) => open = Some((checked_name(name)?, ArtifactFile::create(rest)?)),
                Part::Content(content) => {
                    if let Some((_, file)) = &mut open {
                        file.write(&content).await?;
                    }
                }
                Part::End => received = open.take().or(received),
            }
        }
    }
    form.finish()?;
    let (name, file) = received.ok_or_else(|| not_one("none"))?;
    Ok((name, file.keep(rest, None).await?))
}

fn not_one(found: &str) -> ApiError {
    ApiError::bad_request(format_args!("Exactly 1 file must be sent, received {found}."))
}

fn checked_name(name: String) -> Result<String, ApiError> {
    let odd = name.chars().any(|c| c.is_control() || c == '/') || matches!(name.as_str(), "" | "." | "..");
    if odd || name.len() > NAME_LIMIT {
        let shown: String = name.chars().take(NAME_LIMIT).collect();
        return Err(ApiError::bad_request(format_args!("\"{shown}\" is no name of a file.")));
    }
    Ok(name)
}
