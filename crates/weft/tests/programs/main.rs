//! The example programs, run as a user runs them, and what only a process of its own can show: exit codes, signals, memory, threads.

mod bad_input;
mod child;
mod configuration;
mod interrupt;
mod modes;
mod output;
mod peer;
mod process;
mod run;
mod socket_word_count;
mod until;
mod word_count;
