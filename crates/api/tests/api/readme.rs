//! The program that shows what programs look like.

use crate::support::{TestLaunch, inputs, names, node};
use weft_api::{Error, StreamExecutionEnvironment};
use weft_connectors::{EnvironmentSources, FileSink};
use weft_graph::{OperatorKind, Partition, SchemaRef};
use weft_record::{Record, Str};

#[derive(Default)]
struct Args {
    weft: TestLaunch,
    input: String,
    output: String,
}

fn word_count(args: &Args) -> Result<(), Error> {
    let env = StreamExecutionEnvironment::new(&args.weft)?;
    env.read_text_file(&args.input)
        .flat_map(|line, out| line.split_whitespace().for_each(|w| out.emit((line.share(w), 1u64))))
        .key_by(|(word, _)| word)
        .sum(|(_, n)| n)
        .sink_to(FileSink::text(&args.output));
    env.execute("word count")?;
    Ok(())
}

#[test]
fn word_count_compiles_as_it_is_shown_and_makes_four_operators() {
    let args = Args { input: "in.txt".to_owned(), output: "out".to_owned(), ..Args::default() };
    word_count(&args).unwrap();
    let graph = args.weft.job().graph;
    assert_eq!(graph.settings.name, "word count");
    let kinds: Vec<_> = graph.nodes().map(|(_, node)| node.kind).collect();
    let source = OperatorKind::Source { bounded: true };
    assert_eq!(kinds, [source, OperatorKind::OneInput, OperatorKind::OneInput, OperatorKind::Sink]);
    assert_eq!(names(&graph)[1..], ["Flat Map", "Keyed Aggregation", "Writer"]);
    assert_eq!(inputs(&graph, "Keyed Aggregation")[0].partition, Partition::Key);
    assert_eq!(node(&graph, "Keyed Aggregation").output, SchemaRef::from(&<(Str, u64)>::schema()));
    assert_eq!(graph.to_job_graph().unwrap().vertices.len(), 2);
}
