//! What requests say.

mod body;
mod ids;
mod query;

pub(crate) use body::BodyReader;
pub(crate) use ids::{Ids, parse_id};
pub(crate) use query::Query;
