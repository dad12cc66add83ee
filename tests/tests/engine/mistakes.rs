//! Programs that make no sense are refused with the operator and its place.

use super::support::{assert_says, environment, failure_of};
use weft::prelude::*;

#[test]
fn forward_between_unequal_parallelism() {
    let env = environment(&[]);
    env.from_sequence(0, 9).set_parallelism(2).forward().map(|n| n).name("three").set_parallelism(3).discard();
    let failure = failure_of(&env, "forward");
    assert_says(&failure, &["forward from", "parallelism 2", "\"three\" (", "parallelism 3", "rebalance or rescale"]);
}

#[test]
fn parallelism_above_the_max() {
    let env = environment(&[]);
    env.set_max_parallelism(8);
    env.from_sequence(0, 9).map(|n| n).name("wide").set_parallelism(9).discard();
    assert_says(&failure_of(&env, "max"), &["parallelism 9", "\"wide\" (", "mistakes.rs:", "max parallelism 8"]);
}

#[test]
fn an_endless_source_in_batch_mode() {
    let env = environment(&[]);
    env.set_runtime_mode(RuntimeMode::Batch);
    env.generate_at_rate(1.0, |n| n).name("endless").discard();
    assert_says(&failure_of(&env, "batch"), &["\"endless\" (", "unbounded", "execution.runtime-mode"]);
}

#[test]
fn a_name_for_a_union() {
    let env = environment(&[]);
    env.from_sequence(0, 9).union(env.from_sequence(0, 9)).name("both").discard();
    assert_says(&failure_of(&env, "union"), &["name at ", "mistakes.rs:", "union", "before union"]);
}

#[test]
fn a_side_output_of_what_has_none() {
    let env = environment(&[]);
    env.from_sequence(0, 9).side_output(&OutputTag::<i64>::new("late")).discard();
    assert_says(&failure_of(&env, "side"), &["side_output(\"late\")", "mistakes.rs:", "has no side outputs"]);
}

#[test]
fn the_first_mistake_is_told_and_the_next_program_starts_afresh() {
    let env = environment(&[]);
    env.from_sequence(0, 9).union(env.from_sequence(0, 9)).uid("first mistake").discard();
    env.from_sequence(0, 9).set_parallelism(0).discard();
    assert_says(&failure_of(&env, "mistakes"), &["uid at "]);
    env.from_sequence(0, 9).discard();
    env.execute("fine").unwrap();
}
