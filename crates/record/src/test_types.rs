//! Derived types of every shape, for the tests, and the comparison with golden files.

use crate::{Key, Record, Str};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::marker::PhantomData;

#[derive(Clone, Debug, PartialEq, Record, Key)]
pub(crate) struct Point {
    pub(crate) x: i32,
    pub(crate) y: u64,
}

#[derive(Clone, Debug, PartialEq, Record, Key)]
pub(crate) struct Word(pub(crate) Str);

#[derive(Clone, Debug, PartialEq, Record, Key)]
pub(crate) struct Unit;

#[derive(Clone, Debug, PartialEq, Record, Key)]
pub(crate) struct Pair<A, B = u8, const N: usize = 2> {
    pub(crate) a: A,
    pub(crate) b: [B; N],
    pub(crate) marker: Nothing,
}

#[derive(Clone, Debug, PartialEq, Record, Key)]
pub(crate) struct Nothing;

#[derive(Clone, Debug, PartialEq, Record)]
pub(crate) struct Marked<T: Clone>(pub(crate) Option<T>, pub(crate) PhantomData<T>)
where
    T: PartialEq;

#[derive(Clone, Debug, PartialEq, Record, Key)]
pub(crate) enum Level {
    Low,
    High,
}

#[derive(Clone, Debug, PartialEq, Record, Key)]
pub(crate) enum Sides {
    Left(u32),
    Right { r#type: u32 },
}

#[derive(Clone, Debug, PartialEq, Record, Key)]
#[record(name = "Shape")]
pub(crate) enum Mixed {
    #[record(tag = 300)]
    Far(u8),
    #[record(tag = 2)]
    Empty,
    #[record(tag = 0)]
    Text { self_: String, out: Option<Str> },
}

#[derive(Clone, Debug, PartialEq, Record)]
pub(crate) struct Tree {
    pub(crate) value: u16,
    pub(crate) children: Vec<Tree>,
    pub(crate) next: Option<Box<Tree>>,
}

#[derive(Clone, Debug, PartialEq, Record)]
pub(crate) struct Everything {
    pub(crate) point: Point,
    pub(crate) word: Word,
    pub(crate) level: Level,
    pub(crate) sides: Sides,
    pub(crate) mixed: Mixed,
    pub(crate) tree: Tree,
    pub(crate) map: BTreeMap<String, Vec<u8>>,
    pub(crate) pair: Pair<Str, i16>,
    pub(crate) marked: Marked<Str>,
    pub(crate) fallible: Result<f64, String>,
}

/// Compares with the rows of a golden file, and with those of the file of that name in `WEFT_GOLDEN`, if there is one.
pub(crate) fn check_golden<T: DeserializeOwned + PartialEq + Debug>(name: &str, own: &str, rows: &[T]) {
    let other = std::env::var_os("WEFT_GOLDEN").map(|dir| std::path::Path::new(&dir).join(name));
    let other = other.filter(|path| path.exists()).map(|path| std::fs::read_to_string(path).unwrap());
    for file in [Some(own), other.as_deref()].into_iter().flatten() {
        let kept: Vec<T> = serde_json::from_str(file).unwrap();
        rows.iter().zip(&kept).for_each(|(row, kept)| assert_eq!(row, kept, "{name}"));
        assert_eq!(rows.len(), kept.len(), "{name}");
    }
}
