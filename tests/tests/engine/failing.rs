//! User code that fails: where it stands. What comes of it otherwise is in the corpus.

use super::support::{assert_says, environment, failure_of};
use weft::prelude::*;

#[test]
fn a_panic_names_operator_subtask_cause_and_place() {
    let env = environment(&[("parallelism.default", "2")]);
    let at = line!() + 3;
    let divide = env.from_sequence(0, 99).rebalance().map_with(|ctx| {
        let divisor = 1 - i64::from(ctx.subtask());
        move |n: i64| n / divisor
    });
    divide.name("divide").discard();
    let failure = failure_of(&env, "division");
    let place = format!("failing.rs:{at}:");
    let parts = ["job `division` failed: operator `divide`", "(2/2)#0", "attempt to divide by zero", &place];
    assert_says(&failure, &parts);
}
