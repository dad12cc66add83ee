//! The work that is measured, the same for everyone who does it.

use crate::inputs::KeyedStrings;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::PathBuf;

/// One benchmark with its sizes. [`crate::inputs`] defines the records.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Workload {
    /// Running counts of the words of a text: every word emits its new count.
    WordCount { input: PathBuf },
    /// Running sums by key: every record emits its key's new sum.
    KeyedSum { records: u64, keys: u64 },
    /// x·3+1, keep even, x xor 0x5555, keep not divisible by 3.
    Chain { records: u64 },
    /// Pairs through an edge that deals them out in turn.
    Rebalance { records: u64 },
    /// Running sums over records of three strings, by the first.
    KeyedStrings { records: u64, keys: u64 },
}

impl Workload {
    /// The name on the command line and in every report.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Workload::WordCount { .. } => "word-count",
            Workload::KeyedSum { .. } => "keyed-sum",
            Workload::Chain { .. } => "chain",
            Workload::Rebalance { .. } => "rebalance",
            Workload::KeyedStrings { .. } => "keyed-strings",
        }
    }

    /// What distinguishes this run from others of the same name.
    pub(crate) fn sizes(&self) -> String {
        match self {
            Workload::WordCount { input } => format!("of {}", input.display()),
            Workload::KeyedSum { keys, .. } | Workload::KeyedStrings { keys, .. } => format!("with {keys} keys"),
            Workload::Chain { .. } | Workload::Rebalance { .. } => String::new(),
        }
    }

    /// Records of input where the workload says so; a text's words must be counted.
    pub(crate) fn records(&self) -> Option<u64> {
        match self {
            Workload::WordCount { .. } => None,
            Workload::KeyedSum { records, .. }
            | Workload::Chain { records }
            | Workload::Rebalance { records }
            | Workload::KeyedStrings { records, .. } => Some(*records),
        }
    }

    /// Bytes of input: the file's, or eight an integer and the length of strings.
    pub(crate) fn bytes(&self) -> Result<u64> {
        Ok(match self {
            Workload::WordCount { input } => {
                fs::metadata(input).with_context(|| format!("reading the size of {}", input.display()))?.len()
            }
            Workload::KeyedSum { records, .. } | Workload::Rebalance { records } => records * 16,
            Workload::Chain { records } => records * 8,
            Workload::KeyedStrings { records, keys } => KeyedStrings::bytes(*records, *keys),
        })
    }
}
