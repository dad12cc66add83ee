//! An ApplicationMaster's view: what schedulers and NodeManagers do, each oddity as a test.

#![allow(clippy::unwrap_used, clippy::panic)]

mod yarn;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use weft_hadoop_rpc::ExceptionKind;
use weft_integration::Rig;
use weft_yarn_client::proto::{
    ContainerLaunchContext, ContainerState, FinalStatus, LocalResource, Resource, StartContainerRequest,
};
use weft_yarn_client::{ExitStatus, ResourceManager};
use yarn::{eventually, master, master::Master, resource_manager};

/// One small container.
fn small() -> Resource {
    Resource::of(64, 1)
}

fn shell(command: &str) -> ContainerLaunchContext {
    ContainerLaunchContext::command(command)
}

/// A file of this name that containers wrote to their directories for logs, with something in it.
async fn log(rig: &Rig, name: &str) -> String {
    fn find(directory: &Path, name: &str) -> Option<PathBuf> {
        let entries: Vec<_> = std::fs::read_dir(directory).ok()?.filter_map(Result::ok).collect();
        let here = entries.iter().find(|entry| entry.file_name() == name).map(std::fs::DirEntry::path);
        here.or_else(|| entries.iter().find_map(|entry| find(&entry.path(), name)))
    }
    let root = rig.directory().join("log/containers");
    let read = async || find(&root, name).and_then(|path| std::fs::read_to_string(path).ok());
    eventually(name, async || read().await.filter(|text| !text.is_empty())).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn containers_from_asking_to_their_end() {
    let rig = yarn::up(&[]);
    let rm = resource_manager(&rig);
    let mut master = Master::new(&rig, &rm).await;
    one_on_each_node(&rig, &mut master).await;
    asks_replace_each_other(&mut master).await;
    numbers_of_responses(&mut master).await;
    what_is_too_much(&mut master).await;
    released_before_it_was_started(&mut master).await;
    quotes_end_the_command(&rig, &mut master).await;
    environment(&rig, &mut master).await;
    files(&rig, &mut master).await;
    a_container_started_twice(&mut master).await;
    too_much_memory(&mut master).await;
    signals(&rm, &mut master).await;
    the_end(&rig, &rm, master).await;
}

/// A container on each node by name: tokens come once for each node, programs run, exit codes are seen, one is stopped.
async fn one_on_each_node(rig: &Rig, master: &mut Master) {
    let nodes = rig.names("nm").count();
    let running = resource_manager(rig).nodes(&[]).await.unwrap();
    let mut asks = Vec::new();
    for (nth, node) in running.iter().enumerate() {
        // A key of its own for each node; only there, so the wider places are strict.
        let priority = 10 + nth as i32;
        for place in [node.node.host.as_str(), "/default-rack", "*"] {
            let relax_locality = Some(place == node.node.host);
            asks.push(weft_yarn_client::proto::ResourceRequest {
                relax_locality,
                ..master::on(place, priority, 2, small())
            });
        }
    }
    let all = nodes * 2;
    master.until("containers on each node", asks, |master| (master.allocated.len() >= all).then_some(())).await;
    let containers = std::mem::take(&mut master.allocated);
    for (nth, node) in running.iter().enumerate() {
        let here = containers.iter().filter(|container| container.priority.priority == 10 + nth as i32);
        if rig.has_host_names() {
            assert!(here.clone().all(|container| container.node == node.node));
        }
        assert_eq!(here.count(), 2);
    }
    // Tokens came once for each node that has a container.
    assert!(master.node_tokens.values().all(|times| *times == 1), "{:?}", master.node_tokens);
    // Cores are not counted by this scheduler: what comes back says 1.
    assert!(containers.iter().all(|container| container.resource.virtual_cores == 1));
    for (nth, container) in containers.iter().enumerate() {
        // The first of each node says how it fares, the others wait to be stopped.
        let command = if nth % 2 == 0 { "exit 7" } else { "exec sleep 86399" };
        master.start(container, shell(command)).await;
    }
    for (nth, container) in containers.iter().enumerate() {
        let node = master.nodes.get(&container.node).unwrap();
        if nth % 2 == 0 {
            assert_eq!(master.end_of(container.id).await.exit_status(), 7);
            continue;
        }
        let status = eventually("it runs", async || {
            let (statuses, refused) = node.statuses(vec![container.id]).await.unwrap();
            assert_eq!(refused, []);
            statuses.into_iter().find(|status| status.state() == ContainerState::ContainerRunning)
        });
        let status = status.await;
        assert_eq!(ExitStatus(status.exit_status()), ExitStatus::INVALID);
        assert_eq!(node.stop(vec![container.id]).await.unwrap(), []);
        assert_eq!(ExitStatus(master.end_of(container.id).await.exit_status()), ExitStatus::STOPPED);
    }
}

/// An ask of another size under the same priority takes the place of the first, and numbers are absolute.
async fn asks_replace_each_other(master: &mut Master) {
    let (small, large) = (Resource::of(64, 1), Resource::of(128, 1));
    let asks = vec![master::anywhere(20, 3, small)];
    master.beat(asks, Vec::new()).await.unwrap();
    let found = master.containers(20, 1, large).await;
    // Whatever came before the second ask arrived is of the first size; nothing comes any more.
    let last = found.last().unwrap();
    assert_eq!(last.resource.memory, 128);
    for _ in 0..5 {
        master.beat(Vec::new(), Vec::new()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    let surplus = std::mem::take(&mut master.allocated);
    assert!(found.len() + surplus.len() <= 4, "{found:?} {surplus:?}");
    let all = found.iter().chain(&surplus).map(|container| container.id).collect();
    master.beat(vec![master::anywhere(20, 0, Resource::of(128, 1))], all).await.unwrap();
}

/// The last response comes again when its number is repeated; any other number is an error, and the attempt goes on.
async fn numbers_of_responses(master: &mut Master) {
    let before = master.response_id;
    master.beat(Vec::new(), Vec::new()).await.unwrap();
    let after = master.response_id;
    assert_eq!(after, before + 1);
    master.response_id = before;
    master.beat(Vec::new(), Vec::new()).await.unwrap();
    assert_eq!(master.response_id, after, "the response before came again");
    master.response_id = after + 5;
    let error = master.beat(Vec::new(), Vec::new()).await.unwrap_err();
    assert!(error.is(ExceptionKind::InvalidApplicationMasterRequest), "{error}");
    master.response_id = after;
    master.beat(Vec::new(), Vec::new()).await.unwrap();
    let again = master.scheduler.register("localhost", 1, "").await.unwrap_err();
    assert!(again.is(ExceptionKind::InvalidApplicationMasterRequest), "{again}");
}

async fn what_is_too_much(master: &mut Master) {
    let before = master.response_id;
    let asks = vec![master::anywhere(21, 1, Resource::of(1 << 30, 1))];
    let error = master.beat(asks, Vec::new()).await.unwrap_err();
    assert!(error.is(ExceptionKind::InvalidResourceRequest), "{error}");
    assert_eq!(master.response_id, before);
}

async fn released_before_it_was_started(master: &mut Master) {
    let container = &master.container(22, small()).await;
    master.beat(Vec::new(), vec![container.id]).await.unwrap();
    assert_eq!(ExitStatus(master.end_of(container.id).await.exit_status()), ExitStatus::ABORTED);
}

/// The command stands between double quotes that nothing escapes: the next one ends it, and the rest is lost.
async fn quotes_end_the_command(rig: &Rig, master: &mut Master) {
    let containers = master.containers(23, 3, small()).await;
    let commands = [
        (r#"echo "a b; exit 7" ><LOG_DIR>/unquoted; exit 9"#, 0),
        (r#"echo \"a b; exit 7\" ><LOG_DIR>/escaped; exit 9"#, 9),
        ("echo 'a b; exit 7' ><LOG_DIR>/single; exit 9", 9),
    ];
    for (container, (command, code)) in containers.iter().zip(commands) {
        master.start(container, shell(command)).await;
        assert_eq!(master.end_of(container.id).await.exit_status(), code, "{command}");
    }
    assert_eq!(log(rig, "escaped").await.trim(), "a b; exit 7");
    assert_eq!(log(rig, "single").await.trim(), "a b; exit 7");
}

/// The NodeManager's user runs everything; the submitter's name is in the environment, and our own variables.
async fn environment(rig: &Rig, master: &mut Master) {
    let container = &master.container(24, small()).await;
    let context = shell("(id -un; env) ><LOG_DIR>/environment").with_variable("WEFT_TEST", "$USER of {{CONTAINER_ID}}");
    master.start(container, context).await;
    assert_eq!(master.end_of(container.id).await.exit_status(), 0);
    let text = log(rig, "environment").await;
    let users = rig.users();
    assert_eq!(text.lines().next(), Some(users.yarn.as_str()));
    let expected = [format!("USER={}", users.client), format!("CONTAINER_ID={}", container.id)];
    for line in expected.iter().chain([&format!("WEFT_TEST={} of {}", users.client, container.id)]) {
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
    assert!(!text.contains("HADOOP_USER_NAME="), "{text}");
    assert!(text.lines().any(|line| line.starts_with("HADOOP_CONF_DIR=") && line.ends_with("misleading")), "{text}");
}

/// Files must be as old as is said, arrive read-only and executable, and under one name only.
async fn files(rig: &Rig, master: &mut Master) {
    let path = rig.directory().join("tmp").join("staged");
    std::fs::write(&path, "#!/bin/sh\nexit 5\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let metadata = std::fs::metadata(&path).unwrap();
    let modified = metadata.modified().unwrap().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    let url: weft_yarn_client::proto::Url = format!("file://{}", path.display()).parse().unwrap();
    // The length is not looked at.
    let file = |modified| LocalResource::file(url.clone(), 1, modified);
    let containers = master.containers(25, 3, small()).await;

    let listing = "stat -L -c %a program ><LOG_DIR>/mode; ./program";
    master.start(&containers[0], shell(listing).with_file("program", file(modified))).await;
    assert_eq!(master.end_of(containers[0].id).await.exit_status(), 5);
    assert_eq!(log(rig, "mode").await.trim(), "500");

    master.start(&containers[1], shell("exit 0").with_file("program", file(modified - 1))).await;
    let status = master.end_of(containers[1].id).await;
    assert_eq!(ExitStatus(status.exit_status()), ExitStatus::INVALID);
    assert!(status.diagnostics.contains("changed on src filesystem"), "{}", status.diagnostics);

    let context = shell("ls one two 2>/dev/null | wc -l ><LOG_DIR>/links").with_file("one", file(modified));
    master.start(&containers[2], context.with_file("two", file(modified))).await;
    assert_eq!(master.end_of(containers[2].id).await.exit_status(), 0);
    assert_eq!(log(rig, "links").await.trim(), "1");
}

async fn a_container_started_twice(master: &mut Master) {
    let container = &master.container(26, small()).await;
    master.start(container, shell("exec sleep 86399")).await;
    let node = master.nodes.get(&container.node).unwrap();
    let again = StartContainerRequest { context: shell("exit 1"), token: container.token.clone().unwrap() };
    let refused = node.start(vec![again]).await.unwrap();
    let [(id, exception)] = &refused[..] else { panic!("{refused:?}") };
    assert_eq!(*id, container.id);
    assert!(exception.message.contains("Attempt to relaunch"), "{exception}");
    assert_eq!(node.stop(vec![container.id]).await.unwrap(), []);
    master.end_of(container.id).await;
    let (_, unknown) =
        node.statuses(vec![weft_yarn_client::proto::ContainerId { id: 999_999, ..container.id }]).await.unwrap();
    assert_eq!(unknown.len(), 1);
}

/// What `tail` holds counts, and what it has mapped: 2.1 times the limit may be mapped. Both switches of the rig matter here.
async fn too_much_memory(master: &mut Master) {
    let containers = master.containers(27, 2, small()).await;
    let table =
        [("200m", ExitStatus::VIRTUAL_MEMORY, "'VIRTUAL'"), ("100m", ExitStatus::PHYSICAL_MEMORY, "'PHYSICAL'")];
    for (container, (size, expected, limit)) in containers.iter().zip(table) {
        let command = format!("(head -c {size} /dev/zero; exec sleep 86399) | tail");
        master.start(container, shell(&command)).await;
        let status = master.end_of(container.id).await;
        let text = &status.diagnostics;
        assert_eq!(ExitStatus(status.exit_status()), expected, "{text}");
        assert!(text.contains(&format!("beyond the {limit} memory limit")), "{text}");
    }
}

async fn signals(rm: &ResourceManager, master: &mut Master) {
    let container = &master.container(28, small()).await;
    master.start(container, shell("trap 'exit 11' TERM; while :; do sleep 0.1; done")).await;
    let node = master.nodes.get(&container.node).unwrap();
    eventually("it runs", async || {
        let (statuses, _) = node.statuses(vec![container.id]).await.unwrap();
        statuses.into_iter().find(|status| status.state() == ContainerState::ContainerRunning)
    })
    .await;
    let report = rm.container(container.id).await.unwrap();
    assert_eq!(report.node.as_ref(), Some(&container.node));
    assert_eq!(
        rm.containers(master.attempt).await.unwrap().iter().filter(|found| found.container == container.id).count(),
        1
    );
    rm.signal(container.id, weft_yarn_client::proto::SignalCommand::GracefulShutdown).await.unwrap();
    assert_ne!(master.end_of(container.id).await.exit_status(), 0);
}

/// A NodeManager takes no plain connection; containers end with their application.
async fn the_end(rig: &Rig, rm: &ResourceManager, mut master: Master) {
    let container = &master.container(29, small()).await;
    master.start(container, shell("exec sleep 86399")).await;
    let plain = ResourceManager::new(
        yarn::addresses(rig, "nm", "rpc"),
        weft_hadoop_rpc::Login::simple("alice"),
        weft_hadoop_rpc::RpcOptions::default(),
        yarn::entropy(),
    );
    let refused = plain.cluster_metrics().await.unwrap_err();
    assert!(refused.is(ExceptionKind::AccessControl), "{refused}");
    let id = master.application;
    master.finish(FinalStatus::FinalFailed, "on purpose").await;
    let report = yarn::reaches(rm, id, weft_yarn_client::proto::ApplicationState::Finished).await;
    assert_eq!(report.final_status(), FinalStatus::FinalFailed);
    assert_eq!(report.diagnostics, "on purpose");
}
