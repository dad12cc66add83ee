//! An attempt of an ApplicationMaster: it registers, asks for the containers that its JobManager wants, has TaskManagers started in them, and
//! finishes.
//!
//! What to do is decided by the [`ContainerLedger`](weft_control::ContainerLedger); here answers become its events, and its commands become
//! heartbeats and starts. Everything happens on one task; calls that take time are tasks of their own, whose outcome comes back as an event.
//!
//! ```text
//!  staffing (what the jobs want, who is there) ─┐                    ┌─► heartbeat ─► Answered, HeartbeatFailed
//!  time ────────────────────────────────────────┼─► ContainerLedger ─┼─► start ─────► Started, StartFailed
//!  outcomes of calls ───────────────────────────┘                    └─► fence ─────► Fence
//! ```

mod answer;
mod attempt;
mod calls;
mod hearing;
mod loss;
mod staffing;

pub use attempt::{ApplicationMaster, MasterSettings, RestAddress};
pub use staffing::{Fence, Workers};
