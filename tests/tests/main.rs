//! Whole-engine tests: one binary, one module a subject.

mod engine;
mod kernels;
mod layers;
mod sim;
