//! A program that is any case of the corpus: it runs it and prints the lines that it comes to.

#![expect(clippy::print_stdout, reason = "programs print")]

use std::path::PathBuf;
use std::time::Duration;

use weft::prelude::*;
use weft_corpus::{Stage, cases};

#[derive(clap::Parser)]
#[command(about = "Cases of the corpus, for tests of a cluster")]
struct Args {
    /// The case's name.
    case: String,
    /// An empty directory that all processes can reach.
    #[arg(long)]
    scratch: PathBuf,
    /// Milliseconds that the case is to take about.
    #[arg(long, default_value_t = 0)]
    lasting: u64,
    #[command(flatten)]
    weft: weft::Arguments,
}

fn main() -> weft::Result<()> {
    let args: Args = weft::parse();
    let case = cases().find(|case| case.name == args.case);
    let case = case.ok_or_else(|| weft::Error::user(format!("there is no case {}", args.case)))?;
    let lasting = Duration::from_millis(args.lasting);
    let stage = Stage { env: StreamExecutionEnvironment::new(&args.weft)?, scratch: args.scratch, lasting };
    for line in (case.run)(&stage)? {
        println!("line: {line}");
    }
    Ok(())
}
