//! A job that waits, whose worker's memory is measured: a program like most others, with the allocator of the system. `weft-bench` itself has
//! another one, for the sake of the programs it is compared with, and that one begins with four huge pages.

use weft::prelude::*;

/// One record a day: whoever is given it has nothing to do.
const IDLE: f64 = 1.0 / 86_400.0;

/// Waits.
#[derive(clap::Parser)]
struct Args {
    #[command(flatten)]
    weft: weft::Arguments,
}

fn main() -> weft::Result<()> {
    let args: Args = weft::parse();
    let env = StreamExecutionEnvironment::new(&args.weft)?;
    env.generate_at_rate(IDLE, |n| n).discard();
    env.execute("idle")?;
    Ok(())
}
