//! What a ResourceManager is told of an application.

use weft_yarn_client::proto::{
    ApplicationAccess, ApplicationAcl, ApplicationId, ApplicationSubmissionContext, ContainerLaunchContext, Priority,
    Resource, ResourceInformation,
};

use crate::launch::log_aggregation;
use crate::resources::Granted;
use crate::settings::{ContainerSize, YarnSettings};

/// The submission of an application that is called `default_name` unless the configuration names it.
pub fn submission(
    settings: &YarnSettings,
    application: ApplicationId,
    default_name: &str,
    size: Granted,
    mut master: ContainerLaunchContext,
) -> ApplicationSubmissionContext {
    let of = &settings.application;
    master.acls = acls(settings);
    let validity = of.failures_validity.map_or(-1, |window| i64::try_from(window.as_millis()).unwrap_or(i64::MAX));
    ApplicationSubmissionContext {
        application,
        name: Some(of.name.clone().unwrap_or_else(|| default_name.to_owned())),
        queue: Some(of.queue.clone()),
        priority: of.priority.map(|priority| Priority { priority }),
        master: Some(master),
        max_attempts: Some(i32::try_from(of.attempts).unwrap_or(i32::MAX)),
        resource: Some(resource(&settings.master, size)),
        application_type: Some(of.kind.clone()),
        // TaskManagers know the address of the ApplicationMaster that had them started, and no way to another's.
        keep_containers_across_attempts: Some(false),
        tags: of.tags.clone(),
        attempt_failures_validity_interval: Some(validity),
        log_aggregation: Some(log_aggregation(&settings.rolled_logs)),
        node_label_expression: of.node_label.clone(),
        ..ApplicationSubmissionContext::default()
    }
}

/// What a container is asked for with.
pub fn resource(size: &ContainerSize, granted: Granted) -> Resource {
    let memory = i64::try_from(granted.asked_mib).unwrap_or(i64::MAX);
    let mut resource = Resource::of(memory, i32::try_from(size.vcores).unwrap_or(i32::MAX));
    resource.others = size
        .others
        .iter()
        .map(|(name, amount)| ResourceInformation {
            key: name.clone(),
            value: Some(i64::try_from(*amount).unwrap_or(i64::MAX)),
            units: Some(String::new()),
            r#type: Some(0),
        })
        .collect();
    resource
}

fn acls(settings: &YarnSettings) -> Vec<ApplicationAcl> {
    let of = &settings.application;
    let acls =
        [(ApplicationAccess::ViewApplication, &of.view_acl), (ApplicationAccess::ModifyApplication, &of.modify_acl)];
    let set = acls.into_iter().filter_map(|(access, acl)| Some((access, acl.clone()?)));
    set.map(|(access, acl)| ApplicationAcl { access: access as i32, acl }).collect()
}
