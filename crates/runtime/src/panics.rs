//! What a panic said, and where.
//!
//! The payload of a caught panic has the message but not the place; only the hook sees both. Slot threads therefore leave the
//! place in a thread-local, and their panics are not printed: they become a task's failure, which is reported.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From now on panics of this thread are remembered instead of printed.
pub fn catch_panics_on_this_thread() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if QUIET.get() {
                PLACE.set(info.location().map(ToString::to_string));
            } else {
                before(info);
            }
        }));
    });
    QUIET.set(true);
}

/// The message of a caught panic of this thread, with its place where the hook saw it.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    let text = text.unwrap_or_else(|| "a value that is not text".to_owned());
    match PLACE.take() {
        Some(place) => format!("{text} ({place})"),
        None => text,
    }
}

/// A caught panic of this thread as a sentence.
pub fn describe_panic(panic: &(dyn Any + Send)) -> String {
    format!("panicked: {}", panic_message(panic))
}
