//! Keys that are not the user's to set on YARN.

use weft_common::Configuration;

/// Each with what it is, whatever is configured. Not here is what every installation's files set for clusters of their own, such as
/// `jobmanager.rpc.address`.
const MANAGED: [(&str, &str); 3] = [
    ("high-availability.cluster-id", "the application's id"),
    ("io.tmp.dirs", "the directories that a node has for the application (yarn.nodemanager.local-dirs)"),
    ("env.log.dir", "the directory that a node has for the container's logs (yarn.nodemanager.log-dirs)"),
];

/// Keys of addresses, each with what it is where it names one machine alone: stock files of clusters on one machine set all of them so.
const ADDRESSES: [(&str, &str); 5] = [
    ("jobmanager.bind-host", "all addresses of the node"),
    ("taskmanager.bind-host", "all addresses of the node"),
    ("rest.bind-address", "all addresses of the node"),
    ("rest.address", "the node's name"),
    ("taskmanager.host", "the node's name"),
];

/// Whether an address is one that every machine has, for itself alone: nobody on another machine finds what listens there.
pub fn names_this_machine(address: &str) -> bool {
    matches!(address.trim(), "localhost" | "127.0.0.1" | "::1" | "[::1]")
}

/// A sentence for each key that is set and has no effect.
pub(super) fn managed(configuration: &Configuration) -> Vec<String> {
    let known = |(key, what): &(&'static str, &'static str)| Some((*key, *what, configuration.raw(key)?));
    let of_one_machine =
        ADDRESSES.iter().filter_map(known).filter(|(.., (value, _))| names_this_machine(&value.to_text()));
    let set = MANAGED.iter().filter_map(known).chain(of_one_machine);
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

    #[test]
    fn what_holds_for_one_machine_is_told_and_what_names_another_is_the_users() {
        let mut configuration = Configuration::default();
        configuration.apply_dynamic(["rest.address=localhost", "taskmanager.bind-host=10.0.0.7"]).unwrap();
        let told = managed(&configuration);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("rest.address is localhost (") && told[0].ends_with("the node's name"), "{told:?}");
        assert!(
            ["127.0.0.1", " ::1 "].iter().all(|address| names_this_machine(address)) && !names_this_machine("node-1")
        );
    }
}
