//! Where warnings go when the program has not said otherwise.

/// Warnings and errors go to standard error, unless the program has installed a subscriber of its own.
pub(crate) fn to_standard_error() {
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_writer(std::io::stderr);
    // Somebody else's subscriber is as good as ours.
    let _ = subscriber.with_target(false).compact().try_init();
}
