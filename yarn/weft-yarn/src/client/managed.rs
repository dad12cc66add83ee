//! Keys that are not the user's to set on YARN.

use weft_common::Configuration;

/// Each with what it is, whatever is configured. Not here is what every installation's files set for clusters of their own, such as
/// `jobmanager.rpc.address`.
const MANAGED: [(&str, &str); 3] = [
    ("high-availability.cluster-id", "the application's id"),
    ("io.tmp.dirs", "the directories that a node has for the application (yarn.nodemanager.local-dirs)"),
    ("env.log.dir", "the directory that a node has for the container's logs (yarn.nodemanager.log-dirs)"),
];

/// A sentence for each key that is set and has no effect.
pub(super) fn managed(configuration: &Configuration) -> Vec<String> {
    let set = MANAGED.iter().filter_map(|(key, what)| Some((key, what, configuration.raw(key)?)));
    set.map(|(key, what, (value, origin))| {
        format!("{key} is {} ({origin}), which has no effect on YARN: there it is {what}", value.to_text())
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_set_is_told_with_where_it_is_set() {
        let mut configuration = Configuration::default();
        configuration.apply_dynamic(["high-availability.cluster-id=mine", "yarn.tags=a"].map(str::to_owned)).unwrap();
        let told = managed(&configuration);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0].starts_with("high-availability.cluster-id is mine (") && told[0].contains("the application's id")
        );
        assert_eq!(managed(&Configuration::default()), [""; 0]);
    }
}
