//! Counts the words of a text.
//!
//! ```text
//! cargo run --release --example word_count -- --input book.txt                  # prints
//! cargo run --release --example word_count -- --input book.txt --output out/    # writes lines like (the,4512)
//! ```
//!
//! Every word answers with its count so far; with `--final` each word is told once, at the end of the text.

use clap::Parser;
use weft::prelude::*;

/// Counts the words of a text.
#[derive(Parser)]
struct Args {
    /// A text file, or a directory of them.
    #[arg(long)]
    input: String,
    /// A directory for the counts; without one they are printed.
    #[arg(long)]
    output: Option<String>,
    /// Tell each word once, at the end.
    #[arg(long = "final")]
    final_counts: bool,
    #[command(flatten)]
    weft: weft::Arguments,
}

fn main() -> weft::Result<()> {
    let args: Args = weft::parse();
    let env = StreamExecutionEnvironment::new(&args.weft)?;
    if args.final_counts {
        env.set_runtime_mode(RuntimeMode::Batch);
    }
    let counts = env
        .read_text_file(&args.input)
        .flat_map(|line, out| line.split_whitespace().for_each(|w| out.emit((line.share(w), 1u64))))
        .name("words")
        .key_by(|(word, _)| word)
        .sum(|(_, n)| n)
        .name("counts");
    match &args.output {
        Some(output) => counts.sink_to(FileSink::text(output)),
        None => counts.print(),
    };
    env.execute("word count")?;
    Ok(())
}
