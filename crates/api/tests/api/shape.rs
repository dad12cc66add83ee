//! Process functions, side outputs and keyed connects on the graph.

use crate::inference::assert_two_inputs;
use crate::support::{TestProgram, end, inputs, node};
use weft_api::{
    BoxError, CoProcessFunction, Collector, KeyedCoProcessFunction, KeyedContext, KeyedProcessFunction, KeyedState,
    OutputTag, ProcessContext, ProcessFunction, RuntimeContext, ValueHandle,
};
use weft_graph::{Partition, SchemaRef};
use weft_record::Record;

type Word = (String, u64);

fn rare() -> OutputTag<String> {
    OutputTag::new("rare")
}

#[derive(Clone)]
struct Split;

impl ProcessFunction<Word> for Split {
    type Out = u64;

    fn process(
        &mut self,
        (word, n): Word,
        c: &mut ProcessContext<'_>,
        out: &mut Collector<u64>,
    ) -> Result<(), BoxError> {
        if n < 2 {
            return c.emit_to(&rare(), word);
        }
        out.emit(n);
        Ok(())
    }
}

impl CoProcessFunction<Word, Word> for Split {
    type Out = u64;

    fn process_first(
        &mut self,
        word: Word,
        c: &mut ProcessContext<'_>,
        out: &mut Collector<u64>,
    ) -> Result<(), BoxError> {
        self.process(word, c, out)
    }

    fn process_second(
        &mut self,
        word: Word,
        c: &mut ProcessContext<'_>,
        out: &mut Collector<u64>,
    ) -> Result<(), BoxError> {
        self.process(word, c, out)
    }
}

/// Not `Clone`: made in every subtask.
#[derive(Default)]
struct Idle {
    last: Option<ValueHandle<i64>>,
}

impl Idle {
    fn touch(&mut self, context: &mut KeyedContext<'_, String>) -> Result<(), BoxError> {
        let now = context.processing_time();
        if let Some(last) = self.last {
            context.state(last)?.update(now);
        }
        context.register_processing_time_timer(now + 1000);
        Ok(())
    }
}

impl KeyedProcessFunction<String, Word> for Idle {
    type Out = String;

    fn open(&mut self, states: &mut KeyedState<String>, _context: &RuntimeContext) -> Result<(), BoxError> {
        self.last = Some(states.value_state("last")?);
        Ok(())
    }

    fn process(
        &mut self,
        _: Word,
        c: &mut KeyedContext<'_, String>,
        _: &mut Collector<String>,
    ) -> Result<(), BoxError> {
        self.touch(c)
    }

    fn on_timer(
        &mut self,
        _: i64,
        c: &mut KeyedContext<'_, String>,
        out: &mut Collector<String>,
    ) -> Result<(), BoxError> {
        c.key().into_iter().for_each(|key| out.emit(key.clone()));
        Ok(())
    }
}

impl KeyedCoProcessFunction<String, Word, u64> for Idle {
    type Out = String;

    fn process_first(
        &mut self,
        _: Word,
        c: &mut KeyedContext<'_, String>,
        _: &mut Collector<String>,
    ) -> Result<(), BoxError> {
        self.touch(c)
    }

    fn process_second(
        &mut self,
        _: u64,
        c: &mut KeyedContext<'_, String>,
        _: &mut Collector<String>,
    ) -> Result<(), BoxError> {
        self.touch(c)
    }
}

#[test]
fn process_functions_and_their_factories() {
    let program = TestProgram::new();
    let (words, keyed) = (|| program.words(), || program.words().key_by(|(word, _)| word));
    end(words().process(Split).name("process"));
    end(words().process_with(|_| Split).name("process with"));
    end(keyed().process_with(|_| Idle::default()).name("keyed"));
    end(words().connect(words()).process(Split).name("connected"));
    let numbers = || words().map(|(_, n)| n).key_by_value(|n| n.to_string());
    end(keyed().connect(numbers()).process_with(|_| Idle::default()).name("keyed connected"));
    let graph = program.graph();
    assert_eq!(node(&graph, "process").operation, "Process");
    assert_eq!(node(&graph, "process with").output, SchemaRef::from(&u64::schema()));
    assert_eq!(inputs(&graph, "keyed")[0].partition, Partition::Key);
    assert_eq!(node(&graph, "keyed").operation, "KeyedProcess");
    assert_two_inputs(&graph, "connected", "Co-Process", Partition::None);
    assert_two_inputs(&graph, "keyed connected", "Co-KeyedProcess", Partition::Key);
}

#[test]
fn connected_streams_can_be_keyed_together() {
    #[derive(Clone)]
    struct Join;
    impl KeyedCoProcessFunction<String, Word, Word> for Join {
        type Out = Word;
        fn process_first(
            &mut self,
            w: Word,
            _: &mut KeyedContext<'_, String>,
            out: &mut Collector<Word>,
        ) -> Result<(), BoxError> {
            out.emit(w);
            Ok(())
        }
        fn process_second(
            &mut self,
            _: Word,
            _: &mut KeyedContext<'_, String>,
            _: &mut Collector<Word>,
        ) -> Result<(), BoxError> {
            Ok(())
        }
    }
    let program = TestProgram::new();
    end(program.words().connect(program.words()).key_by(|(word, _)| word, |(word, _)| word).process(Join).name("join"));
    assert_two_inputs(&program.graph(), "join", "Co-KeyedProcess", Partition::Key);
}

#[test]
fn a_keyed_stream_can_be_read_without_its_keys() {
    let program = TestProgram::new();
    end(program.words().key_by(|(word, _)| word).into_stream().map(|(_, n)| n).name("reader"));
    assert_eq!(inputs(&program.graph(), "reader")[0].partition, Partition::Key);
}

#[test]
fn a_side_output_is_an_output_of_its_own() {
    let program = TestProgram::new();
    let split = program.words().process(Split).name("split").set_parallelism(2);
    let (once, again) = (split.side_output(&rare()), split.side_output(&rare()));
    end(split.map(|n| n).name("main"));
    end(once.rebalance().map(|word| word).name("side"));
    end(again.map(|word| word.len()).name("side again"));
    let graph = program.graph();
    let sides = &node(&graph, "split").side_outputs;
    assert_eq!(sides.len(), 1, "one tag is one output");
    assert_eq!((sides[0].tag.as_str(), &sides[0].schema), ("rare", &SchemaRef::from(&String::schema())));
    let output = |name| (inputs(&graph, name)[0].output, inputs(&graph, name)[0].partition);
    assert_eq!(output("main"), (0, Partition::None));
    assert_eq!(output("side"), (1, Partition::Rebalance));
    assert_eq!(output("side again"), (1, Partition::None));
}
