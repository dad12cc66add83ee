//! Whole-engine tests: one binary, one module a subject.

mod kernels;
mod layers;
mod sim;
