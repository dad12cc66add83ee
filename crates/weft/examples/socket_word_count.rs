//! Counts words that come over a socket, every few seconds.
//!
//! ```text
//! nc -lk 9000                                                          # in one terminal: type words
//! cargo run --release --example socket_word_count -- --port 9000       # in another
//! ```
//!
//! Every five seconds of processing time the words seen in those five seconds are printed with their counts.

use clap::Parser;
use weft::prelude::*;

/// Counts words that come over a socket.
#[derive(Parser)]
struct Args {
    /// Where the words come from.
    #[arg(long, default_value = "localhost")]
    host: String,
    /// The port somebody listens on there.
    #[arg(long)]
    port: u16,
    /// Seconds between counts.
    #[arg(long, default_value_t = 5)]
    every: u32,
    #[command(flatten)]
    weft: weft::Arguments,
}

/// Counts one key's records, and tells and forgets the count when the period in which they came is over.
#[derive(Clone)]
struct CountPerPeriod {
    period_ms: i64,
    count: Option<ValueHandle<u64>>,
}

impl KeyedProcessFunction<Str, Str> for CountPerPeriod {
    type Out = (Str, u64);

    fn open(&mut self, states: &mut KeyedState<Str>, _context: &RuntimeContext) -> Result<(), BoxError> {
        self.count = Some(states.value_state("count")?);
        Ok(())
    }

    fn process(
        &mut self,
        _: Str,
        context: &mut KeyedContext<'_, Str>,
        _: &mut Collector<(Str, u64)>,
    ) -> Result<(), BoxError> {
        let count = self.count.ok_or("process() before open()")?;
        let mut count = context.state(count)?;
        let next = count.value().copied().unwrap_or(0) + 1;
        count.update(next);
        let now = context.processing_time();
        context.register_processing_time_timer(now - now.rem_euclid(self.period_ms) + self.period_ms);
        Ok(())
    }

    fn on_timer(
        &mut self,
        _: i64,
        context: &mut KeyedContext<'_, Str>,
        out: &mut Collector<(Str, u64)>,
    ) -> Result<(), BoxError> {
        let word = context.key().cloned().ok_or("a timer without a key")?;
        let mut count = context.state(self.count.ok_or("on_timer() before open()")?)?;
        if let Some(seen) = count.value().copied() {
            out.emit((word, seen));
        }
        count.clear();
        Ok(())
    }
}

fn main() -> weft::Result<()> {
    let args: Args = weft::parse();
    let env = StreamExecutionEnvironment::new(&args.weft)?;
    env.socket_text_stream(&args.host, args.port)
        .flat_map(|line, out| line.split_whitespace().for_each(|w| out.emit(line.share(w))))
        .name("words")
        .key_by(|word| word)
        .process(CountPerPeriod { period_ms: i64::from(args.every.max(1)) * 1000, count: None })
        .name("counts")
        .print();
    env.execute("socket word count")?;
    Ok(())
}
