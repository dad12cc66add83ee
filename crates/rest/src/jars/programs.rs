//! Which programs were uploaded. The list lives as long as the server; the bytes are the cluster's.

use crate::api_error::ApiError;
use crate::clock;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use weft_rpc::BlobRef;

/// The most programs that are remembered: who uploads more has to delete some.
const LIMIT: usize = 1000;

/// An uploaded program.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// `uuid_name`.
    pub(crate) id: String,
    /// The name of the file, without directories.
    pub(crate) name: String,
    /// Its bytes.
    pub(crate) artifact: BlobRef,
    /// When it came, in milliseconds since the epoch.
    pub(crate) uploaded_ms: i64,
}

/// The uploaded programs.
#[derive(Debug, Default)]
pub(crate) struct Programs(Mutex<BTreeMap<String, Program>>);

impl Programs {
    /// Remembers a program under a new id.
    pub(crate) fn add(&self, name: &str, artifact: BlobRef) -> Result<Program, ApiError> {
        let id = format!("{}_{name}", uuid()?);
        let program = Program { id: id.clone(), name: name.to_owned(), artifact, uploaded_ms: clock::now_ms() };
        let mut programs = self.lock();
        if programs.len() >= LIMIT {
            let sentence = format_args!("There are {LIMIT} uploaded programs, which is the most: delete some.");
            return Err(ApiError::forbidden(sentence));
        }
        programs.insert(id, program.clone());
        Ok(program)
    }

    /// The program of this id.
    pub(crate) fn get(&self, id: &str) -> Result<Program, ApiError> {
        self.lock().get(id).cloned().ok_or_else(|| unknown(id))
    }

    /// Forgets the program of this id.
    pub(crate) fn remove(&self, id: &str) -> Result<(), ApiError> {
        self.lock().remove(id).map(drop).ok_or_else(|| unknown(id))
    }

    /// All of them, newest first.
    pub(crate) fn all(&self) -> Vec<Program> {
        let mut programs: Vec<_> = self.lock().values().cloned().collect();
        programs.sort_by_key(|program| std::cmp::Reverse(program.uploaded_ms));
        programs
    }

    /// Nothing that holds the lock can leave it half done.
    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Program>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unknown(id: &str) -> ApiError {
    let id: String = id.chars().take(200).collect();
    ApiError::bad_request(format_args!("Jar file {id} does not exist"))
}

/// A random one, of version 4.
fn uuid() -> Result<String, ApiError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| ApiError::internal(format_args!("Drawing an id: {error}")))?;
    let random = u128::from_be_bytes(bytes) & !(0xf << 76) & !(0b11 << 62) | (4 << 76) | (0b10 << 62);
    let digits = format!("{random:032x}");
    let part = |range| digits.get(range).unwrap_or_default();
    Ok([part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_look_as_clients_expect() {
        let id = uuid().expect("the machine has entropy");
        let lengths: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        let bytes = id.as_bytes();
        assert_eq!(bytes[14], b'4', "{id}");
        assert!(b"89ab".contains(&bytes[19]), "{id}");
        assert_ne!(id, uuid().expect("the machine has entropy"));
    }
}
