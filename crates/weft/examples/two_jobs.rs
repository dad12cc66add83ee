//! Two jobs in one program: the second runs with as many subtasks as the first found out that it needs.
//!
//! In a cluster `main` is run again in every worker, up to the job it works for. Two lines take care of that: what is read from the clock
//! goes through `once`, so that all of them agree, and the old output is deleted only where the program was started.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use weft::prelude::*;

#[derive(clap::Parser)]
#[command(
    about = "Finds the longest word of a text, and writes as many files of words as it has letters, at most eight"
)]
struct Args {
    /// A text file, or a directory of text files.
    #[arg(long)]
    input: String,
    /// The directory for the words; what is in it is deleted first.
    #[arg(long)]
    output: PathBuf,
    #[command(flatten)]
    weft: weft::Arguments,
}

fn main() -> weft::Result<()> {
    let args: Args = weft::parse();
    let env = StreamExecutionEnvironment::new(&args.weft)?;
    let started: u64 =
        env.once("started", || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())?;
    if !env.is_replay() {
        clear(&args.output)?;
    }

    let lengths = env
        .read_text_file(&args.input)
        .flat_map(|line, out| line.split_whitespace().for_each(|word| out.emit(word.chars().count() as u64)))
        .key_by_value(|_| 0u8)
        .reduce(|longest, length| *longest = length.max(*longest))
        .collect();
    let found = env.execute("longest word")?;
    let longest = lengths.of(&found)?.into_iter().max().unwrap_or(1);

    env.read_text_file(&args.input)
        .flat_map(|line, out| line.split_whitespace().for_each(|word| out.emit(line.share(word))))
        .rebalance()
        .map(move |word| format!("{started} {word}"))
        .set_parallelism(longest.clamp(1, 8) as u32)
        .sink_to(FileSink::text(&args.output));
    env.execute("words")?;
    Ok(())
}

/// An output directory must not hold a result.
fn clear(output: &Path) -> weft::Result<()> {
    match std::fs::remove_dir_all(output) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(weft::Error::user(format!("cannot delete the old output {}: {error}", output.display())))
        }
        _ => Ok(()),
    }
}
