//! `weft run` and `weft info`.

use super::programs::MARK;
use super::rig::{DEADLINE, end, give, run, start, weft, with_program};
use super::server::Server;
use rustix::process::{Pid, Signal, kill_process};
use weft_control::JobStatus;

#[test]
fn a_program_runs_here_and_its_jobs_on_the_cluster() {
    let server = Server::ending(JobStatus::Finished);
    let mut command = run(&server, &["-p", "3", "-D", "my.key=v", "--env", "NAMED"], "two_jobs");
    let gave = give(command.env("NAMED", "yes").env("NOT_NAMED", "x")).ended(0);
    let [first, second] = &server.jobs()[..] else { panic!("two jobs") };
    for job in [first, second] {
        let said = format!("Job has been submitted with JobID {}\n", job.job);
        assert!(gave.stdout.contains(&said), "{}", gave.stdout);
        let said =
            format!("Program execution finished\nJob with JobID {} has finished.\nJob Runtime: 17 ms\n", job.job);
        assert!(gave.stdout.contains(&said), "{}", gave.stdout);
        assert_eq!(job.configuration["my.key"], "v");
        assert_eq!(job.graph.settings.default_parallelism, 3);
        assert_eq!(job.program.arguments[..2], ["--exact", "programs::two_jobs"]);
        let environment: Vec<_> = job.program.environment.iter().map(|(name, value)| (&name[..], &value[..])).collect();
        assert_eq!(environment, [("NAMED", "yes")]);
    }
    assert_eq!((first.execution, second.execution, second.replay.outcomes.len()), (0, 1, 1));

    // The program's bytes are there by their name, and are not sent again.
    let executable = std::env::current_exe().unwrap();
    let length = std::fs::metadata(executable).unwrap().len();
    assert_eq!(server.artifacts().into_iter().collect::<Vec<_>>(), [(first.program.artifact.hash.to_string(), length)]);
    give(&mut run(&server, &[], "one_job")).ended(0);
    let sent = server.asked().iter().filter(|asked| asked.starts_with("PUT")).count();
    assert_eq!(sent, 1, "{:?}", server.asked());
}

#[test]
fn exit_codes_tell_how_it_ended() {
    let failing = Server::ending(JobStatus::Failed);
    let gave = give(&mut run(&failing, &[], "one_job")).ended(1);
    let sentence = format!("weft: job {} ended as FAILED: the sink is on fire\n", failing.jobs()[0].job);
    assert!(gave.stderr.contains(&sentence), "{}", gave.stderr);
    assert!(!gave.stdout.contains("has finished"), "{}", gave.stdout);
    give(&mut run(&failing, &[], "does_not_mind")).ended(1);
    give(&mut run(&failing, &[], "code_of_its_own")).ended(5);
    give(&mut run(&Server::ending(JobStatus::Finished), &[], "code_of_its_own")).ended(5);
}

#[test]
fn a_cluster_that_is_away_for_a_moment_is_asked_again() {
    let server = Server::ending_after(2, JobStatus::Finished);
    let gave = give(&mut run(&server, &[], "one_job")).ended(0);
    let said: Vec<&str> = gave.stderr.lines().filter(|line| line.starts_with("weft: ")).collect();
    let again = "weft: no leader yet; asking again for as long as client.timeout says";
    assert_eq!(said, [again, "weft: the JobManager answers again"], "{}", gave.stderr);
    assert_eq!((server.jobs().len(), server.asked().iter().filter(|asked| asked.starts_with("POST")).count()), (1, 3));

    let server = Server::ending_after(u32::MAX, JobStatus::Finished);
    let gave = give(&mut run(&server, &["-D", "client.timeout=300ms"], "one_job")).ended(1);
    assert!(gave.stderr.contains("job `one job` was not accepted: no leader yet"), "{}", gave.stderr);
}

#[test]
fn a_detached_run_ends_when_its_job_is_accepted() {
    let server = Server::ending(JobStatus::Running);
    let gave = give(&mut run(&server, &["-d"], "one_job")).ended(0);
    assert!(gave.stdout.contains(&format!("Job has been submitted with JobID {}\n", server.jobs()[0].job)));
    assert!(!server.asked().iter().any(|asked| asked.contains("outcome")), "{:?}", server.asked());
    let gave = give(&mut run(&server, &["-d"], "two_jobs")).ended(1);
    assert!(gave.stderr.contains("run it attached") && gave.stderr.contains("application mode"), "{}", gave.stderr);
    assert_eq!(server.jobs().len(), 2, "the second execute of the second run is none");
}

#[test]
fn what_is_no_program_is_not_run() {
    let server = Server::ending(JobStatus::Finished);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("x");
    std::fs::write(&file, "text").unwrap();
    let path = file.to_str().unwrap();
    for program in ["/bin/rm", path, "/nowhere/program"] {
        let gave = give(&mut weft(&["run", "-m", &server.address, program, path])).ended(1);
        assert!(gave.stderr.starts_with("weft: ") && gave.stderr.contains(program), "{}", gave.stderr);
        assert_eq!((gave.stderr.lines().count(), &gave.stdout[..]), (1, ""), "one sentence: {}", gave.stderr);
    }
    assert!(file.exists());
    assert_eq!(server.asked(), [""; 0]);
}

#[test]
fn a_cluster_that_is_not_there_is_named_and_nothing_is_run() {
    let directory = tempfile::tempdir().unwrap();
    let mark = directory.path().join("mark");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let gave = give(with_program(&["run", "-m", &address], "one_job").env(MARK, &mark)).ended(1);
    let parts = ["no JobManager answers at", &address, "rest.address", "-m HOST:PORT"];
    assert!(parts.iter().all(|part| gave.stderr.contains(part)), "{}", gave.stderr);
    assert!(!mark.exists());

    // Where it is can stand in the configuration, of either name.
    std::fs::write(directory.path().join("flink-conf.yaml"), format!("rest.address: 127.0.0.1\nrest.port: {port}\n"))
        .unwrap();
    for variable in ["WEFT_CONF_DIR", "FLINK_CONF_DIR"] {
        let gave = give(weft(&["list"]).env(variable, directory.path())).ended(1);
        assert!(gave.stderr.contains(&address), "{}", gave.stderr);
    }
}

#[test]
fn ctrl_c_cancels_what_runs() {
    let server = Server::ending(JobStatus::Running);
    let child = start(&mut run(&server, &[], "one_job"));
    // The answer to the submission may still be on its way: then the job is cancelled when it is here.
    let job = server.await_job(DEADLINE).job;
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let gave = end(child).ended(130);
    assert!(gave.stderr.contains(&format!("cancelling job {job}")), "{}", gave.stderr);
    assert!(gave.stdout.contains(&format!("Cancelled job {job}.\n")), "{}", gave.stdout);
    assert!(server.asked().contains(&format!("PATCH /jobs/{job}")), "{:?}", server.asked());
}

#[test]
fn an_order_to_end_cancels_only_where_that_was_asked_for() {
    let server = Server::ending(JobStatus::Running);
    let child = start(&mut run(&server, &["-sae"], "one_job"));
    let job = server.await_job(DEADLINE).job;
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let gave = end(child).ended(130);
    assert!(gave.stdout.contains(&format!("Cancelled job {job}.\n")), "{}", gave.stdout);
}

#[test]
fn a_local_target_needs_no_cluster() {
    let gave = give(&mut with_program(&["run", "-t", "local"], "one_job")).ended(0);
    assert!(["2\n", "4\n", "6\n"].iter().all(|line| gave.stdout.contains(line)), "{}", gave.stdout);
    let gave = give(&mut with_program(&["run", "-t", "local", "-p", "2"], "one_job")).ended(2);
    assert!(gave.stderr.contains("-p"), "{}", gave.stderr);
}

#[test]
fn a_plan_is_printed_and_nothing_is_run() {
    let gave = give(&mut with_program(&["info", "-p", "5"], "two_jobs")).ended(0);
    let plan: serde_json::Value = serde_json::from_str(&gave.stdout).unwrap();
    assert_eq!((plan["name"].as_str(), plan["jid"].as_str()), (Some("first"), Some("0".repeat(32).as_str())));
    let nodes = plan["nodes"].as_array().unwrap();
    assert!(nodes.iter().any(|node| node["parallelism"] == 5), "{plan}");
    let gave = give(&mut weft(&["info", "/bin/ls"])).ended(1);
    assert!(gave.stderr.contains("not a Weft program"), "{}", gave.stderr);
}

#[test]
fn flags_of_scripts_are_taken_with_a_note() {
    let server = Server::ending(JobStatus::Finished);
    let gave = give(&mut run(&server, &["-c", "org.example.Main", "-C", "file:///x", "-sae"], "one_job")).ended(0);
    assert!(gave.stderr.contains("-c is ignored") && gave.stderr.contains("-C is ignored"), "{}", gave.stderr);
}
