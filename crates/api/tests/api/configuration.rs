//! Whose setting counts.

use crate::support::{TestProgram, end, node};
use weft_api::RuntimeMode;
use weft_common::configuration::Configuration;
use weft_connectors::EnvironmentSources;
use weft_graph::RuntimeMode as Decided;

/// The configuration file below, the client's command line above.
fn started(file: &str, command_line: &[&str]) -> TestProgram {
    let mut configuration = Configuration::parse_yaml("config.yaml", file).unwrap();
    configuration.apply_dynamic(command_line).unwrap();
    TestProgram::configured(configuration).unwrap()
}

/// The parallelism of the program's only map.
fn parallelism(program: &TestProgram, own: Option<u32>) -> u32 {
    let map = program.words().map(|(_, n)| n).name("map");
    end(if let Some(own) = own { map.set_parallelism(own) } else { map });
    let graph = program.graph();
    graph.parallelism_of(node(&graph, "map"))
}

#[test]
fn operator_over_environment_over_client_over_configuration() {
    let file = "parallelism.default: 2";
    let client = ["parallelism.default=3"];
    assert_eq!(parallelism(&started("", &[]), None), 1);
    assert_eq!(parallelism(&started(file, &[]), None), 2);
    let program = started(file, &client);
    assert_eq!(parallelism(&program, None), 3);
    program.env.set_parallelism(4);
    assert_eq!(parallelism(&program, None), 4);
    assert_eq!(parallelism(&program, Some(5)), 5);
}

#[test]
fn max_parallelism_of_operator_environment_and_configuration() {
    let program = started("pipeline.max-parallelism: 200", &[]);
    end(program.words());
    assert_eq!(program.graph().settings.max_parallelism, Some(200));
    program.env.set_max_parallelism(300);
    end(program.words().map(|w| w).name("own").set_max_parallelism(400));
    let graph = program.graph();
    assert_eq!(graph.settings.max_parallelism, Some(300));
    assert_eq!(graph.max_parallelism_of(node(&graph, "own")), Some(400));
    let derived = started("", &[]);
    end(derived.words());
    assert_eq!(derived.graph().settings.max_parallelism, None);
}

#[test]
fn chaining_can_be_switched_off_by_either() {
    let vertices = |program: &TestProgram| {
        end(program.words().map(|w| w).filter(|_| true));
        program.graph().to_job_graph().unwrap().vertices.len()
    };
    assert_eq!(vertices(&started("", &[])), 1);
    assert_eq!(vertices(&started("pipeline.operator-chaining.enabled: false", &[])), 4);
    let program = started("", &[]);
    program.env.disable_operator_chaining();
    assert_eq!(vertices(&program), 4);
}

#[test]
fn automatic_mode_goes_by_the_sources() {
    let mode = |file: &str, set: Option<RuntimeMode>, bounded: bool| {
        let program = started(file, &[]);
        set.iter().for_each(|mode| {
            program.env.set_runtime_mode(*mode);
        });
        end(if bounded { program.env.generate(5, |n| n) } else { program.env.generate_at_rate(5.0, |n| n) });
        program.graph().settings.runtime_mode
    };
    let automatic = "execution.runtime-mode: AUTOMATIC";
    assert_eq!(mode("", None, true), Decided::Streaming);
    assert_eq!(mode(automatic, None, true), Decided::Batch);
    assert_eq!(mode(automatic, None, false), Decided::Streaming);
    assert_eq!(mode(automatic, Some(RuntimeMode::Streaming), true), Decided::Streaming);
    assert_eq!(mode("", Some(RuntimeMode::Automatic), true), Decided::Batch);
}

#[test]
fn a_value_out_of_range_is_told_when_the_environment_is_made() {
    let error = TestProgram::started_with("parallelism.default: 0").err().expect("0 is refused").to_string();
    assert!(error.contains("parallelism.default") && error.contains("at least 1"), "{error}");
}
