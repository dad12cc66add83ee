//! Sessions over loopback.

mod blobs;
mod handshakes;
mod kit;
mod large;
mod lost;
mod registration;
mod rubbish;
mod talk;
