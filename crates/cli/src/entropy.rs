//! What nobody can guess: secrets, ids, names that nobody else has.

/// Fills all of `bytes`. On a machine that gives no random numbers this process ends, for nothing that it starts would be safe.
pub(crate) fn fill(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        tracing::error!("this machine gives no random numbers: {error}");
        crate::output::complain(format_args!("this machine gives no random numbers: {error}"));
        std::process::exit(1);
    }
}

/// A number.
pub(crate) fn number() -> u128 {
    let mut bytes = [0; 16];
    fill(&mut bytes);
    u128::from_le_bytes(bytes)
}
