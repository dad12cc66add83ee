//! Running uploaded programs.

use super::request::RunRequest;
use crate::answer::{Json, Reply};
use crate::api_error::ApiError;
use crate::request::{Ids, Query};
use crate::rest::Rest;
use axum::body::Body;
use axum::extract::State;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use weft_rpc::view::ProgramRun;

/// `POST /jars/:jarid/run`.
pub(crate) async fn run(State(rest): State<Rest>, ids: Ids, query: Query, body: Body) -> Reply {
    let program = program(&rest, &ids, &query, body).await?;
    let job = rest.cluster().run_program(program).await?.to_string();
    Ok(Json(json!({ "jobid": job, "applicationId": job })))
}

/// `POST /jars/:jarid/plan`, and `GET`, whose body is empty.
pub(crate) async fn plan(State(rest): State<Rest>, ids: Ids, query: Query, body: Body) -> Reply {
    let program = program(&rest, &ids, &query, body).await?;
    let plan = rest.cluster().plan_program(program).await?;
    let unreadable = |error| ApiError::internal(format_args!("The program's plan is no JSON: {error}"));
    let plan: Value = serde_json::from_str(&plan).map_err(unreadable)?;
    Ok(Json(json!({ "plan": plan })))
}

async fn program(rest: &Rest, ids: &Ids, query: &Query, body: Body) -> Result<ProgramRun, ApiError> {
    rest.programs_allowed()?;
    let program = rest.programs().get(ids.text("jarid"))?;
    let request = RunRequest::read(&rest.small_body(body).all().await?, query)?;
    let RunRequest { arguments, configuration } = request;
    Ok(ProgramRun {
        artifact: program.artifact.hash,
        name: program.name,
        arguments,
        configuration,
        environment: BTreeMap::new(),
        environment_of_main: BTreeMap::new(),
    })
}
