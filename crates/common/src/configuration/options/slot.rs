//! How slots are asked for and given back.

use crate::configuration::registry::section;
use std::time::Duration;

section! {
    "Slots",
    "How slots are asked for and given back.";

    /// How long a job waits for the slots it needs before it fails, saying how many were needed, free and pending.
    SLOT_REQUEST_TIMEOUT: Duration = "slot.request.timeout".default("5 min");

    /// How long a job keeps a slot that it does not use.
    SLOT_IDLE_TIMEOUT: Duration = "slot.idle.timeout".default("50 s");
}
