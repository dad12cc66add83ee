//! The API as an OpenAPI document, made of the table of routes.

use crate::VersionInfo;
use crate::routes::Description;
use serde_json::{Map, Value, json};

/// Where it is served.
pub(crate) const PATH: &str = "/openapi.json";

/// The document.
pub(crate) fn document(routes: &[Description], version: &VersionInfo) -> Value {
    let mut paths = Map::new();
    for route in routes {
        add(&mut paths, route.path, route.method, operation(route));
    }
    let own = Description { method: "GET", path: PATH, summary: "This document.", query: "", body: "", status: 200 };
    add(&mut paths, own.path, own.method, operation(&own));
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Weft REST API", "version": version.version },
        "servers": [{ "url": "/" }, { "url": "/v1" }],
        "paths": paths,
        "components": {
            "schemas": {
                "Errors": {
                    "type": "object",
                    "required": ["errors"],
                    "properties": { "errors": { "type": "array", "items": { "type": "string" } } },
                },
            },
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
        },
        "security": [{}, { "bearer": [] }],
    })
}

fn add(paths: &mut Map<String, Value>, path: &str, method: &str, operation: Value) {
    let methods = paths.entry(path).or_insert_with(|| json!({}));
    if let Value::Object(methods) = methods {
        methods.insert(method.to_lowercase(), operation);
    }
}

fn operation(route: &Description) -> Value {
    let path = path_parameters(route.path).map(|name| parameter("path", name, true));
    let query = route.query.split(' ').filter(|name| !name.is_empty()).map(|name| parameter("query", name, false));
    let errors = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Errors" } } });
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": route.summary,
        "parameters": path.chain(query).collect::<Vec<_>>(),
        "responses": {
            (route.status.to_string()): { "description": "Done." },
            "default": { "description": "Why it was not done.", "content": errors },
        },
    });
    if let (false, Value::Object(fields)) = (route.body.is_empty(), &mut operation) {
        let body = json!({ "content": { (route.body): { "schema": {} } } });
        fields.insert("requestBody".into(), body);
    }
    operation
}

fn parameter(place: &str, name: &str, required: bool) -> Value {
    json!({ "name": name, "in": place, "required": required, "schema": { "type": "string" } })
}

fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// `getJobsJobidPlan`, unlike any other.
fn operation_id(route: &Description) -> String {
    let words = route.path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        format!("{}{rest}", first.to_uppercase())
    };
    words.map(capital).fold(route.method.to_lowercase(), |id, word| id + &word)
}
