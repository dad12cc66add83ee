//! Jobs, and what comes of them: the same on threads of one process and on the processes of a cluster, disturbed or not.
//!
//! A [`Case`] is a function over an environment, as a program's `main` would be, with what it must come to. It knows nothing of what runs it:
//!
//! * `tests/tests/engine/corpus.rs` runs every case on the embedded cluster, at several parallelisms and with several sizes of batches;
//! * `crates/cli/tests/cluster/corpus.rs` runs every case with `weft run` on TaskManagers with TCP between them, and those that
//!   [may be disturbed](Case::may_be_disturbed) once more while processes are killed.
//!
//! So what a function of a case wants to tell goes through the job's results, its accumulators or files of the case's directory: what it would
//! leave in memory is in another process's. And since workers run `main` again, a case does outside of its jobs only what may be done twice.

mod case;
mod committing;
mod connecting;
mod counting;
mod failing;
mod failures;
mod files;
mod jobs;
mod large;
mod partitioning;
mod stage;
mod state;
mod streams;
#[path = "../../../crates/weft/tests/programs/until.rs"]
mod until;
mod words;

pub use case::{Case, End, lines};
pub use stage::Stage;

/// The cases of all modules.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    let modules = [
        words::CASES,
        connecting::CASES,
        partitioning::CASES,
        state::CASES,
        streams::CASES,
        failing::CASES,
        failures::CASES,
        large::CASES,
        jobs::CASES,
        counting::CASES,
        files::CASES,
        committing::CASES,
    ];
    modules.into_iter().flatten()
}
