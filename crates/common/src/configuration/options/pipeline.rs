//! What becomes of a program's graph.

use crate::configuration::registry::section;

section! {
    "Pipeline",
    "What becomes of a program's graph.";

    /// The name of the job, if its program does not give one.
    PIPELINE_NAME: Option<String> = "pipeline.name";

    /// Whether operators that pass records straight on are run as one task, without encoding what passes between them.
    OPERATOR_CHAINING: bool = "pipeline.operator-chaining.enabled"
        .default("true")
        .deprecated(&["pipeline.operator-chaining"]);
}
