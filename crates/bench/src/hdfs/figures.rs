//! From what was taken to figures beside their floors.

use super::task::Taken;
use super::turns::{Transfer, Turn};
use crate::figure::{Figure, Floor};
use crate::row::median;
use anyhow::{Context, Result};

/// Of hdfs-native's throughput.
const THROUGHPUT: f64 = 0.9;
/// Of hdfs-native's CPU time.
const CPU: f64 = 1.2;
/// Of the CPU time of `hdfs dfs`.
const CPU_OF_JAVA: f64 = 0.5;
/// Megabytes above the buffers asked for.
const MEMORY: f64 = 16.0;
/// Small calls a second.
const CALLS: f64 = 3000.0;

/// What one way of a file took.
type Way = fn(&Transfer) -> &Taken;
/// What somebody took in a turn, if he was there.
type Somebody<'a> = &'a dyn Fn(&Turn) -> Option<Taken>;

/// The ways of a file by their names.
const DIRECTIONS: [(&str, Way); 2] = [("write", |turn| &turn.write), ("read", |turn| &turn.read)];

/// Figures of a series of turns: relations first, then what they are made of.
pub(super) fn of_transfers(replication: u32, turns: &[Turn]) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for (direction, of) in DIRECTIONS {
        let name = |what: &str| format!("{direction}, replication {replication}: {what}");
        let weft = |turn: &Turn| *of(&turn.weft);
        let native = |turn: &Turn| turn.native.as_ref().map(of).copied();
        let java = |turn: &Turn| turn.java.as_ref().map(of).copied();
        let mut add = |what: &str, unit, floor, values: Vec<f64>| {
            let found = median(values).map(|value| Figure::new(name(what), value, unit, floor));
            figures.extend(found);
        };
        let beside = |other: Somebody, relation: fn(Taken, Taken) -> f64| {
            turns.iter().filter_map(|turn| Some(relation(weft(turn), other(turn)?))).collect::<Vec<_>>()
        };
        let faster = |weft: Taken, other: Taken| other.wall_s / weft.wall_s;
        let dearer = |weft: Taken, other: Taken| weft.cpu_s / other.cpu_s;
        add("throughput ÷ hdfs-native", "", Floor::AtLeast(THROUGHPUT), beside(&native, faster));
        add("CPU ÷ hdfs-native", "", Floor::AtMost(CPU), beside(&native, dearer));
        add("CPU ÷ hdfs dfs", "", Floor::AtMost(CPU_OF_JAVA), beside(&java, dearer));
        let memory = turns.iter().map(|turn| weft(turn).memory_bytes as f64 / 1e6).reduce(f64::max);
        add("most memory", "MB", Floor::AtMost(MEMORY), memory.into_iter().collect());
        let whoever: [(&str, Somebody); 3] =
            [("weft", &|turn| Some(weft(turn))), ("hdfs-native", &native), ("hdfs dfs", &java)];
        for (who, of) in whoever {
            let each = |what: fn(Taken) -> f64| turns.iter().filter_map(|turn| of(turn).map(what)).collect::<Vec<_>>();
            add(&format!("{who}, wall"), "s", Floor::None, each(|taken| taken.wall_s));
            add(&format!("{who}, CPU"), "s", Floor::None, each(|taken| taken.cpu_s));
        }
    }
    Ok(figures)
}

/// Figures of rounds of so many small calls.
pub(super) fn of_calls(number: u64, rounds: &[Taken]) -> Result<Vec<Figure>> {
    let number = number as f64;
    let middle = |of: fn(&Taken) -> f64| median(rounds.iter().map(of).collect()).context("no calls were made");
    let rate = number / middle(|taken| taken.wall_s)?;
    let cost = middle(|taken| taken.cpu_s)? * 1e6 / number;
    Ok(vec![
        Figure::new("small calls, 64 in flight on one connection", rate, "/s", Floor::AtLeast(CALLS)),
        Figure::new("CPU of a small call", cost, "µs", Floor::None),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(wall_s: f64, cpu_s: f64) -> Taken {
        Taken { wall_s, cpu_s, memory_bytes: 2_000_000 }
    }

    fn both(wall_s: f64, cpu_s: f64) -> Transfer {
        Transfer { write: taken(wall_s, cpu_s), read: taken(wall_s, cpu_s) }
    }

    fn lines(turns: &[Turn]) -> Vec<String> {
        of_transfers(3, turns).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn relations_are_medians_of_turns() {
        // The machine slows down: what was found of each says less than their relation.
        let turn = |slow: f64| Turn {
            weft: both(slow, slow),
            native: Some(both(slow * 2.0, slow / 2.0)),
            java: Some(both(slow * 4.0, slow * 4.0)),
        };
        let lines = lines(&[turn(1.0), turn(2.0), turn(9.0)]);
        let expect = |begin: &str, end: &str| {
            let line = lines.iter().find(|line| line.starts_with(begin)).unwrap();
            assert!(line.ends_with(end), "{line}");
        };
        expect("write, replication 3: throughput ÷ hdfs-native", "≥ 0.9   yes");
        expect("read, replication 3: CPU ÷ hdfs-native", "≤ 1.2   no");
        expect("read, replication 3: CPU ÷ hdfs dfs", "yes");
        expect("write, replication 3: most memory", "2.00 MB          ≤ 16 MB  yes");
        expect("read, replication 3: hdfs dfs, wall", "8.00 s");
        assert_eq!(lines.len(), 20);
    }

    #[test]
    fn what_nobody_is_held_beside_is_not_told() {
        let lines = lines(&[Turn { weft: both(1.0, 1.0), native: None, java: None }]);
        assert!(lines.iter().all(|line| !line.contains('÷') && !line.contains("hdfs")), "{lines:?}");
        assert_eq!(lines.len(), 6);
    }

    #[test]
    fn calls_are_told_by_the_second() {
        let figures = of_calls(10_000, &[taken(2.0, 0.5), taken(1.0, 0.1), taken(9.0, 0.9)]).unwrap();
        assert!(figures[0].to_string().ends_with("5000.0 /s        ≥ 3000 /s  yes"), "{}", figures[0]);
        assert!(figures[1].to_string().ends_with("50.0 µs"), "{}", figures[1]);
        assert!(of_calls(1, &[]).is_err());
    }
}
