//! Several sinks become visible together, or not at all.

use std::marker::PhantomData;
use std::path::PathBuf;

use crate::stage::{lines_of_finished, names};
use crate::{Case, Stage};
use weft::api::TaskError;
use weft::prelude::*;
use weft::record::Batch;
use weft::runtime::coordinator::CoordinatorContext;
use weft::runtime::sink::{Committer, Sink, SinkWriter};

pub(crate) const CASES: &[Case] = &[
    Case::new("a-commit-that-fails-for-a-moment", for_a_moment, || {
        let each = ["collected 3", "file 1", "file 2", "file 3"].map(str::to_owned);
        UIDS.iter().flat_map(|_| each.clone()).collect()
    }),
    Case::new("a-commit-that-fails-for-good", for_good, || {
        let each = "shop, the shop is closed, files: []".to_owned();
        UIDS.iter().map(|_| each.clone()).collect()
    })
    .with(&[("restart-strategy.type", "fixed-delay")])
    .bearing_failures(),
];

/// Which sink commits first depends on their ids, so each order is tried.
const UIDS: [(&str, &str); 4] = [("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")];

/// Takes numbers nowhere; its first commit fails, or all of them.
#[derive(Clone)]
struct Stubborn {
    /// Made by the first commit; without it every commit fails.
    tried: Option<PathBuf>,
}

impl Sink for Stubborn {
    type Item = i64;
    type Committable = u64;
    type Writer = Nowhere;
    type Committer = Stubborn;

    fn writer(&self, _: &RuntimeContext) -> Result<Nowhere, TaskError> {
        Ok(Nowhere(PhantomData))
    }

    fn committer(&self, _: &CoordinatorContext) -> Result<Stubborn, TaskError> {
        Ok(self.clone())
    }
}

struct Nowhere(PhantomData<i64>);

impl SinkWriter for Nowhere {
    type Item = i64;
    type Committable = u64;

    fn write(&mut self, _: Batch<i64>) -> Result<(), TaskError> {
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<Vec<u64>>, TaskError> {
        Ok(Some(vec![1]))
    }
}

impl Committer for Stubborn {
    type Committable = u64;

    fn commit(&mut self, _: &[u64]) -> Result<(), TaskError> {
        match &self.tried {
            None => Err(TaskError::user("the shop is closed")),
            // Whoever makes the file is the first.
            Some(tried) if std::fs::File::create_new(tried).is_ok() => Err(TaskError::retryable("the shop is closed")),
            Some(_) => Ok(()),
        }
    }

    fn discard(&mut self, _: u32, _: &[u64]) {}
}

fn for_a_moment(stage: &Stage) -> weft::Result<Vec<String>> {
    let mut lines = Vec::new();
    for (n, (kept, failing)) in UIDS.into_iter().enumerate() {
        let output = stage.path(&format!("out-{n}"));
        let numbers = stage.env.from_sequence(1, 3).uid("numbers");
        let collected = numbers.clone().sink_to(CollectSink::new()).uid(kept).collected::<i64>();
        numbers.clone().sink_to(FileSink::text(&output)).uid("files");
        let tried = stage.path(&format!("tried-{n}"));
        numbers.sink_to(Stubborn { tried: Some(tried) }).uid(failing);
        let result = stage.env.execute("two tries")?;
        lines.push(format!("collected {}", collected.of(&result)?.len()));
        lines.extend(lines_of_finished(&output)?.into_iter().map(|line| format!("file {line}")));
    }
    Ok(lines)
}

fn for_good(stage: &Stage) -> weft::Result<Vec<String>> {
    let mut lines = Vec::new();
    for (n, (kept, failing)) in UIDS.into_iter().enumerate() {
        let output = stage.path(&format!("out-{n}"));
        let numbers = stage.env.from_sequence(1, 3).uid("numbers");
        numbers.clone().sink_to(FileSink::text(&output)).uid(kept);
        numbers.sink_to(Stubborn { tried: None }).name("shop").uid(failing);
        let said = match stage.env.execute("closed") {
            Ok(_) => "it succeeded".to_owned(),
            Err(error) => error.to_string(),
        };
        let parts = ["shop", "the shop is closed"].into_iter().filter(|part| said.contains(part));
        let parts = parts.collect::<Vec<_>>().join(", ");
        lines.push(format!("{parts}, files: {:?}", names(&output)));
    }
    Ok(lines)
}
