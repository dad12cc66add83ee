//! The log files of this process and its workers, for whoever asks through the JobManager.

use weft_rpc::LogDirectory;
use weft_rpc::session::SessionHandle;

/// Answers which files there are.
pub(super) fn list(directory: &LogDirectory, session: SessionHandle, request: u64) {
    let directory = directory.clone();
    tokio::task::spawn_blocking(move || session.answer_list_logs(request, directory.files()));
}

/// Answers with part of a file.
pub(super) fn read(
    directory: &LogDirectory,
    session: SessionHandle,
    request: u64,
    name: String,
    offset: u64,
    length: u32,
) {
    let directory = directory.clone();
    tokio::task::spawn_blocking(move || {
        session.answer_read_log(request, directory.part(&name, offset, u64::from(length)));
    });
}
