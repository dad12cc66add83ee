//! Programs that cannot run: each is refused with one sentence that names operator and place.

use crate::support::{TestProgram, end};
use weft_api::{BoxError, Collector, OutputTag, ProcessContext, ProcessFunction, RuntimeMode};
use weft_connectors::{EnvironmentSources, StreamSinks};

/// A place in this file, as errors print it.
fn place(line: u32) -> String {
    format!("{}:{line}", file!())
}

#[derive(Clone)]
struct Lengths;

impl ProcessFunction<(String, u64)> for Lengths {
    type Out = u64;

    fn process(
        &mut self,
        _: (String, u64),
        _: &mut ProcessContext<'_>,
        _: &mut Collector<u64>,
    ) -> Result<(), BoxError> {
        Ok(())
    }
}

#[test]
fn duplicate_uid() {
    let program = TestProgram::new();
    let words = program.words().map(|(word, _)| word).name("words").uid("x");
    let first = place(line!() - 1);
    end(words.filter(|_| true).uid("x"));
    let second = place(line!() - 1);
    assert_eq!(
        program.refusal(),
        format!(
            "uid \"x\" is used by operator \"words\" ({first}) and again by operator \"Filter\" ({second}): give each \
             a uid of its own"
        )
    );
}

#[test]
fn forward_between_unequal_parallelism() {
    let program = TestProgram::new();
    let words = program.words().map(|(word, _)| word).name("words").set_parallelism(2);
    let first = place(line!() - 1);
    end(words.forward().map(|word| word.len()).name("lengths").set_parallelism(3));
    let second = place(line!() - 1);
    assert_eq!(
        program.refusal(),
        format!(
            "forward from operator \"words\" ({first}) with parallelism 2 to operator \"lengths\" ({second}) with \
             parallelism 3 is impossible: make them equal, or call rebalance or rescale instead of forward"
        )
    );
}

#[test]
fn parallelism_above_max_parallelism() {
    let program = TestProgram::new();
    end(program.words().map(|(_, n)| n).set_parallelism(9).set_max_parallelism(8));
    let at = place(line!() - 1);
    assert_eq!(
        program.refusal(),
        format!(
            "parallelism 9 of operator \"Map\" ({at}) is above its max parallelism 8: lower the one or raise the other"
        )
    );
    program.env.set_max_parallelism(40_000);
    end(program.words());
    assert_eq!(program.refusal(), "max parallelism 40000 of the job is out of range: it must lie in 1..=32768");
}

#[test]
fn parallelism_of_nothing() {
    let program = TestProgram::new();
    program.words().discard().name("sink").set_parallelism(0);
    let at = place(line!() - 1);
    assert_eq!(program.refusal(), format!("parallelism of operator \"sink\" ({at}) is 0: it must be at least 1"));
}

#[test]
fn an_empty_program() {
    let program = TestProgram::new();
    let expected = "job \"test\" has no operators: read a source and send its stream somewhere before execute";
    assert_eq!(program.refusal(), expected);
    program.words();
    assert_eq!(program.refusal(), expected, "a source alone does nothing");
}

#[test]
fn a_setting_of_a_union() {
    let program = TestProgram::new();
    let (a, b) = (program.words().map(|w| w).name("a"), program.words().map(|w| w).name("b"));
    let made = place(line!() - 1);
    end(a.union(b).uid("both"));
    let at = place(line!() - 1);
    assert_eq!(
        program.refusal(),
        format!(
            "uid at {at} follows a union of operators \"a\" ({made}) and \"b\" ({made}): call it on each of them, \
             before union"
        )
    );
}

#[test]
fn a_setting_of_a_side_output() {
    let program = TestProgram::new();
    let lengths = program.words().process(Lengths).name("lengths");
    let made = place(line!() - 1);
    end(lengths.side_output(&OutputTag::<String>::new("late")).set_parallelism(2));
    let at = place(line!() - 1);
    assert_eq!(
        program.refusal(),
        format!(
            "set_parallelism at {at} follows a side output of operator \"lengths\" ({made}): call it on what process \
             returned, before side_output"
        )
    );
}

#[test]
fn a_side_output_of_an_operator_without_any() {
    let program = TestProgram::new();
    let words = program.words().map(|(word, _)| word).name("words");
    let made = place(line!() - 1);
    let late = words.side_output(&OutputTag::<u64>::new("late"));
    let at = place(line!() - 1);
    end(late.map(|n| n + 1).name("what follows is not blamed"));
    assert_eq!(
        program.refusal(),
        format!(
            "side_output(\"late\") at {at} is asked of operator \"words\" ({made}), which has no side outputs: ask the \
             stream that process returned"
        )
    );
}

#[test]
fn a_side_output_of_a_union() {
    let program = TestProgram::new();
    let (a, b) = (program.words().process(Lengths).name("a"), program.words().process(Lengths).name("b"));
    end(a.union(b).side_output(&OutputTag::<u64>::new("late")));
    let refusal = program.refusal();
    assert!(refusal.contains("is asked of a union of operators \"a\" ("), "{refusal}");
}

#[test]
fn a_side_output_of_two_types() {
    let program = TestProgram::new();
    let lengths = program.words().process(Lengths);
    let made = place(line!() - 1);
    end(lengths.side_output(&OutputTag::<u64>::new("late")));
    end(lengths.side_output(&OutputTag::<String>::new("late")));
    let at = place(line!() - 1);
    assert_eq!(
        program.refusal(),
        format!(
            "side_output(\"late\") at {at} is asked of operator \"Process\" ({made}) for records of another type than \
             before: use one OutputTag for it everywhere"
        )
    );
}

#[test]
fn an_unbounded_source_in_batch_mode() {
    let program = TestProgram::new();
    program.env.set_runtime_mode(RuntimeMode::Batch);
    end(program.env.generate_at_rate(10.0, |n| n).name("ticks"));
    let at = place(line!() - 1);
    assert_eq!(
        program.refusal(),
        format!(
            "source \"ticks\" ({at}) is unbounded and cannot run in BATCH mode: use a bounded source or set \
             execution.runtime-mode to STREAMING"
        )
    );
}

#[test]
fn a_stream_of_another_environment() {
    let (program, other) = (TestProgram::new(), TestProgram::new());
    let theirs = other.words();
    end(program.words().union(theirs.clone()).map(|(_, n)| n));
    let at = place(line!() - 1);
    let expected = format!(
        "operator \"Map\" ({at}) reads a stream of another environment or of a job that was executed before: make \
         the stream from a source of this environment, after the last execute"
    );
    assert_eq!(program.refusal(), expected);
    end(program.words().connect(theirs).map(|(_, n)| n, |(_, n)| n));
    assert!(program.refusal().starts_with("operator \"Co-Map\""));
}

#[test]
fn a_stream_of_a_job_that_was_executed_before() {
    let program = TestProgram::new();
    let words = program.words();
    let sink = words.clone().discard();
    program.graph();
    end(words.clone().map(|(_, n)| n));
    assert!(program.refusal().starts_with("operator \"Map\""));
    let words_of_before = words.name("too late");
    let at = place(line!() - 1);
    assert_eq!(
        program.refusal(),
        format!(
            "name at {at} is about an operator of another environment or of a job that was executed before: call it \
             before execute"
        )
    );
    words_of_before.side_output(&OutputTag::<u64>::new("late"));
    let at = place(line!() - 1);
    assert!(program.refusal().starts_with(&format!("side_output at {at} is about")));
    sink.uid("too late");
    let at = place(line!() - 1);
    assert!(program.refusal().starts_with(&format!("uid at {at} is about")));
}

#[test]
fn the_first_mistake_is_told_and_the_next_program_is_free_of_it() {
    let program = TestProgram::new();
    let both = program.words().union(program.words());
    end(both.name("first").uid("second"));
    assert!(program.refusal().starts_with("name at "));
    end(program.words());
    assert_eq!(program.graph().nodes().len(), 2);
}

#[test]
fn the_plan_of_a_wrong_program_is_refused_like_the_program() {
    let program = TestProgram::new();
    end(program.words().union(program.words()).name("both"));
    let of_plan = program.env.execution_plan().unwrap_err().to_string();
    assert_eq!(of_plan, program.refusal());
}

#[test]
fn main_prints_the_sentence() {
    let program = TestProgram::new();
    let error = program.env.execute("nothing").unwrap_err();
    assert_eq!(format!("{error:?}"), error.to_string());
    assert_eq!(format!("{error:#?}"), error.to_string());
}
