//! Submissions as YARN gets them.

use super::*;
use weft_yarn_client::proto::{ApplicationAccess, ContainerLaunchContext};

fn submitted(set: &[&str]) -> weft_yarn_client::proto::ApplicationSubmissionContext {
    let settings = settings(set);
    let key = "yarn.scheduler.minimum-allocation-mb";
    let sizes = Sizes { minimum_mib: 1024, step_mib: 1024, step_key: key, maximum_mib: 8192, maximum_vcores: 4 };
    let size = sizes.granted(settings.master.memory_mib);
    submission(&settings, app(), "Weft session", size, ContainerLaunchContext::command("x"))
}

#[test]
fn what_holds_when_nothing_is_set() {
    let context = submitted(&[]);
    assert_eq!((context.name(), context.queue(), context.application_type()), ("Weft session", "default", "Weft"));
    assert_eq!((context.max_attempts(), context.keep_containers_across_attempts()), (1, false));
    assert_eq!((context.priority, context.tags.len(), context.node_label_expression.clone()), (None, 0, None));
    assert_eq!(context.attempt_failures_validity_interval(), 10_000);
    assert_eq!(context.resource, Some(Resource::of(1024, 1)));
    assert_eq!(context.master.as_ref().map(|master| master.acls.len()), Some(0));
    assert!(context.log_aggregation.is_some());
}

#[test]
fn what_is_set_arrives() {
    let context = submitted(&[
        "yarn.application.name=etl",
        "yarn.application.queue=root.a",
        "yarn.application.type=Batch",
        "yarn.application.priority=3",
        "yarn.application.node-label=ssd",
        "yarn.tags=x,y",
        "yarn.view.acls=*",
        "yarn.modify.acls=alice,bob admins",
        "yarn.appmaster.vcores=2",
        "high-availability.type=filesystem",
        "high-availability.storageDir=/ha",
        "yarn.application-attempts=3",
        "yarn.application-attempt-failures-validity-interval=-1",
    ]);
    assert_eq!((context.name(), context.queue(), context.application_type()), ("etl", "root.a", "Batch"));
    assert_eq!(context.priority.map(|priority| priority.priority), Some(3));
    assert_eq!((context.max_attempts(), context.keep_containers_across_attempts()), (3, false));
    assert_eq!(
        (context.node_label_expression(), context.tags.as_slice()),
        ("ssd", &["x".to_owned(), "y".to_owned()][..])
    );
    assert_eq!(context.attempt_failures_validity_interval(), -1);
    assert_eq!(context.resource, Some(Resource::of(1024, 2)));
    let acls: Vec<_> = context.master.unwrap().acls.iter().map(|acl| (acl.access(), acl.acl.clone())).collect();
    let expected = [
        (ApplicationAccess::ViewApplication, "*".to_owned()),
        (ApplicationAccess::ModifyApplication, "alice,bob admins".to_owned()),
    ];
    assert_eq!(acls, expected);
}

#[test]
fn other_resources_are_asked_for_by_yarns_names() {
    let set = [
        "external-resources=gpu",
        "external-resource.gpu.amount=2",
        "external-resource.gpu.yarn.config-key=yarn.io/gpu",
    ];
    let settings = settings(&set);
    let key = "yarn.scheduler.minimum-allocation-mb";
    let sizes = Sizes { minimum_mib: 1024, step_mib: 1024, step_key: key, maximum_mib: 8192, maximum_vcores: 4 };
    let resource = resource(&settings.worker, sizes.granted(settings.worker.memory_mib));
    assert_eq!((resource.memory, resource.virtual_cores), (2048, 1));
    assert_eq!((resource.others[0].key.as_str(), resource.others[0].value()), ("yarn.io/gpu", 2));
}
