//! The generated text: words w0…w99999 drawn by rank ∝ 1/(rank+2.7) with SplitMix64 from seed 42, 8 to 12 words a
//! line. Natural language is about as skewed.

use crate::inputs::splitmix64;
use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

const WORDS: usize = 100_000;
const SEED: u64 = 42;

/// Writes a text of `bytes` bytes, finished to the end of a line, to `file`.
pub(crate) fn generate(bytes: u64, file: &Path) -> Result<()> {
    let style = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} generating the text")?;
    let progress = ProgressBar::new(bytes).with_style(style);
    let written = File::create(file).and_then(|file| {
        let mut out = BufWriter::with_capacity(1 << 20, progress.wrap_write(file));
        write_lines(&mut out, bytes)?;
        out.flush()
    });
    progress.finish_and_clear();
    written.with_context(|| format!("writing {bytes} bytes of text to {}", file.display()))
}

/// The text's lines, up to the one that reaches `bytes`.
pub(crate) fn write_lines(out: &mut impl Write, bytes: u64) -> io::Result<()> {
    let ranks = Ranks::new();
    let (mut written, mut draws, mut line) = (0, SEED, String::new());
    while written < bytes {
        line.clear();
        draws += 1;
        for k in 0..8 + splitmix64(draws) % 5 {
            draws += 1;
            if k > 0 {
                line.push(' ');
            }
            line.push('w');
            line.push_str(&ranks.draw(draws).to_string());
        }
        line.push('\n');
        out.write_all(line.as_bytes())?;
        written += line.len() as u64;
    }
    Ok(())
}

/// The distribution of the words.
struct Ranks {
    /// `cumulative[r]` is the sum of the weights of the ranks up to `r`.
    cumulative: Vec<f64>,
    sum: f64,
}

impl Ranks {
    fn new() -> Self {
        let mut sum = 0.0;
        let weights = (0..WORDS).map(|rank| {
            sum += 1.0 / (rank as f64 + 2.7);
            sum
        });
        Ranks { cumulative: weights.collect(), sum }
    }

    fn draw(&self, i: u64) -> usize {
        let uniform = (splitmix64(i) >> 11) as f64 / (1u64 << 53) as f64;
        self.cumulative.partition_point(|c| *c < uniform * self.sum).min(WORDS - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_ends_with_the_line_that_reaches_its_size_and_never_changes() {
        let mut text = Vec::new();
        write_lines(&mut text, 5000).unwrap();
        let text = String::from_utf8(text).unwrap();
        let last = text.trim_end().rfind('\n').unwrap();
        assert!(last < 5000 && text.len() >= 5000);
        assert!(text.lines().all(|line| (8..=12).contains(&line.split(' ').count())));
        assert!(text.starts_with(FIRST_LINE), "{text}");
    }

    const FIRST_LINE: &str = "w82037 w71284 w5548 w391 w0 w5 w5572 w110\n";
}
