//! Small fixed pieces of the engine's work, for counting instructions.
//!
//! A kernel prepares its input and does its work inside [`measured`]; only what runs below that function is counted.
//! Nothing in a kernel may depend on addresses, time, randomness or the environment.

mod chain;
mod codec;
mod keyed_sum;
mod lane;
mod lines;
mod scatter;

use anyhow::Result;
use clap::ValueEnum;

/// Which kernel.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Kernel {
    /// Encoding and decoding records of integers and text.
    Codec,
    /// Batches taken apart by key and encoded for their consumers.
    KeyScatter,
    /// Running sums in a state table.
    KeyedSum,
    /// A text cut into lines.
    LineSplitting,
    /// Four stateless operators in one task.
    Chain,
}

impl Kernel {
    /// Its name on the command line and in the file of counts.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kernel::Codec => "codec",
            Kernel::KeyScatter => "key-scatter",
            Kernel::KeyedSum => "keyed-sum",
            Kernel::LineSplitting => "line-splitting",
            Kernel::Chain => "chain",
        }
    }

    /// Does the work once, in this process.
    pub(crate) fn run(self) -> Result<()> {
        match self {
            Kernel::Codec => codec::run(),
            Kernel::KeyScatter => scatter::run(),
            Kernel::KeyedSum => keyed_sum::run(),
            Kernel::LineSplitting => lines::run(),
            Kernel::Chain => chain::run(),
        }
    }
}

/// What callgrind must look for to count [`measured`] and nothing else.
pub(crate) const MEASURED: &str = "weft_bench::kernels::measured*";

/// Does the work that is counted.
#[inline(never)]
fn measured<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kernel_runs_and_has_the_name_it_is_called_by() {
        for kernel in Kernel::value_variants() {
            assert_eq!(Kernel::from_str(kernel.name(), false), Ok(*kernel));
            kernel.run().unwrap();
        }
    }
}
