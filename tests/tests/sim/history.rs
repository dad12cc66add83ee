//! A history beside the undisturbed run of the same program.

use super::dice::Dice;
use super::faults::Faults;
use super::launch::job_of;
use super::network::NetworkBug;
use super::plan::Plan;
use super::program::{Build, Shape};
use super::row::Row;
use super::simulation::{Passed, Simulation, Trouble, Weather};
use super::sink::{Part, Store};
use std::collections::BTreeMap;

/// What a seed stands for.
pub(super) struct History {
    seed: u64,
    pub(super) plan: Plan,
}

type Output = BTreeMap<Part, Vec<Row>>;

impl History {
    pub(super) fn of(seed: u64) -> Self {
        History { seed, plan: Plan::draw(&mut Dice::new(seed)) }
    }

    /// Runs the program in one slot without disturbance, then as planned with everything going wrong, and compares.
    pub(super) fn check(&self, bug: Option<NetworkBug>) -> Result<Passed, Trouble> {
        let mut dice = Dice::new(self.seed ^ 0x5eed);
        let (_, expected) = self.run(Shape::OneSlot, Faults::none(), Weather::Calm, None)?;
        let disturbed = !dice.one_in(4);
        let faults = if disturbed { dice.between(0, 3) as u32 } else { 0 };
        let mut storm = || Weather::Storm { slots_lost: dice.below(3) as u32, cuts: dice.below(3) as u32 };
        let weather = if disturbed { storm() } else { Weather::Calm };
        let (passed, output) = self.run(Shape::AsPlanned, Faults::new(faults, dice.split()), weather, bug)?;
        compare(&by_sink(&expected), &by_sink(&output))?;
        self.check_order(&output)?;
        Ok(passed)
    }

    fn run(
        &self,
        shape: Shape,
        faults: Faults,
        weather: Weather,
        bug: Option<NetworkBug>,
    ) -> Result<(Passed, Output), Trouble> {
        let store = Store::default();
        let build = Build { plan: &self.plan, shape, faults, store: store.clone() };
        let passed = Simulation::new(job_of(|env| build.program(env)), self.seed, weather, bug).run()?;
        match store.left_over() {
            parts if parts.is_empty() => Ok((passed, store.visible())),
            parts => Err(Trouble::Differs(format!("neither committed nor discarded: {parts:?}"))),
        }
    }

    /// Where nothing mixes the records of a line, those of a key come in the order in which they were made.
    fn check_order(&self, output: &Output) -> Result<(), Trouble> {
        for (part, rows) in output.iter().filter(|(part, _)| self.plan.ordered.contains(&part.sink)) {
            let mut last = BTreeMap::new();
            for row in rows {
                let before = last.insert((row.line, row.key), row.seq).unwrap_or_default();
                if before > row.seq {
                    return Err(Trouble::Differs(format!("in {part:?}, {row:?} came after record {before}")));
                }
            }
        }
        Ok(())
    }
}

/// The records of each sink, whoever wrote them.
fn by_sink(output: &Output) -> BTreeMap<u32, Vec<Row>> {
    let mut sinks: BTreeMap<u32, Vec<Row>> = BTreeMap::new();
    for (part, rows) in output {
        sinks.entry(part.sink).or_default().extend(rows.iter().cloned());
    }
    sinks.values_mut().for_each(|rows| rows.sort());
    sinks
}

fn compare(expected: &BTreeMap<u32, Vec<Row>>, output: &BTreeMap<u32, Vec<Row>>) -> Result<(), Trouble> {
    if expected == output {
        return Ok(());
    }
    let mut how = Vec::new();
    for (sink, expected) in expected {
        let got = output.get(sink).map_or(&[][..], Vec::as_slice);
        let missing = expected.iter().filter(|row| !got.contains(row)).take(3);
        let extra = got.iter().filter(|row| !expected.contains(row)).take(3);
        how.push(format!(
            "sink {sink}: {} records instead of {}; missing {:?}, not expected {:?}",
            got.len(),
            expected.len(),
            missing.collect::<Vec<_>>(),
            extra.collect::<Vec<_>>()
        ));
    }
    Err(Trouble::Differs(how.join("\n")))
}
