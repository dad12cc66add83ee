//! Which split goes to whom.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use super::FileSplit;

/// Splits that wait for a reader, in the order of files and places in them.
///
/// A reader gets the first split that lies on its own machine; when there is none, the first one that lies on no machine that a
/// reader was ever seen on; and when all the others are somebody's, the first of those: who has nothing left helps.
///
/// Machines are known by names, and one may be called `node1` here and `node1.example.com` there. A name with a domain means that
/// machine; a name without one means any whose name begins with it.
#[derive(Debug, Default)]
pub(super) struct SplitAssigner {
    waiting: BTreeMap<Place, FileSplit>,
    /// What lies on a machine, under its whole name and under its name without domain.
    by_machine: HashMap<String, BTreeSet<Place>>,
    /// What lies on no machine with a reader.
    elsewhere: BTreeSet<Place>,
    /// Machines with readers, by whole name.
    machines: BTreeSet<String>,
}

/// A file and where in it a split begins.
type Place = (String, u64);

impl SplitAssigner {
    /// Takes splits to hand out, or to hand out again.
    pub(super) fn add(&mut self, splits: impl IntoIterator<Item = FileSplit>) {
        for split in splits {
            let place = (split.path.clone(), split.start);
            for name in split.hosts.iter().flat_map(|host| names_of(host)) {
                self.by_machine.entry(name).or_default().insert(place.clone());
            }
            if !self.machines.iter().any(|machine| lies_on(&split, machine)) {
                self.elsewhere.insert(place.clone());
            }
            self.waiting.insert(place, split);
        }
    }

    /// The next split for a reader on this machine, or on one that is not known.
    pub(super) fn next(&mut self, machine: Option<&str>) -> Option<FileSplit> {
        let machine = machine.map(str::to_ascii_lowercase);
        if let Some(machine) = &machine {
            self.note(machine);
        }
        let local = machine.and_then(|machine| self.by_machine.get(&machine)?.first().cloned());
        let place = match local {
            Some(place) => place,
            None => self.elsewhere.first().or_else(|| self.waiting.keys().next())?.clone(),
        };
        self.take(&place)
    }

    /// What lies on a machine is kept for its reader from now on.
    fn note(&mut self, machine: &str) {
        if !self.machines.contains(machine) {
            self.machines.insert(machine.to_owned());
            for place in self.by_machine.get(machine).into_iter().flatten() {
                self.elsewhere.remove(place);
            }
        }
    }

    fn take(&mut self, place: &Place) -> Option<FileSplit> {
        let split = self.waiting.remove(place)?;
        self.elsewhere.remove(place);
        for name in split.hosts.iter().flat_map(|host| names_of(host)) {
            if let Some(places) = self.by_machine.get_mut(&name) {
                places.remove(place);
            }
        }
        Some(split)
    }
}

/// The names that a machine may be asked for by: its own and, when that has a domain, the part before it.
fn names_of(host: &str) -> impl Iterator<Item = String> {
    let whole = host.to_ascii_lowercase();
    let short = match (whole.parse::<IpAddr>(), whole.split_once('.')) {
        (Err(_), Some((short, _))) => Some(short.to_owned()),
        _ => None,
    };
    std::iter::once(whole).chain(short)
}

fn lies_on(split: &FileSplit, machine: &str) -> bool {
    split.hosts.iter().flat_map(|host| names_of(host)).any(|name| name == machine)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(start: u64, hosts: &[&str]) -> FileSplit {
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        FileSplit { path: "hdfs://ns/book".to_owned(), start, end: start + 10, hosts }
    }

    fn assigner(splits: &[(u64, &[&str])]) -> SplitAssigner {
        let mut assigner = SplitAssigner::default();
        assigner.add(splits.iter().map(|(start, hosts)| split(*start, hosts)));
        assigner
    }

    /// Where the splits begin that these readers are given, one after the other.
    fn given(assigner: &mut SplitAssigner, readers: &[Option<&str>]) -> Vec<Option<u64>> {
        readers.iter().map(|machine| assigner.next(*machine).map(|split| split.start)).collect()
    }

    #[test]
    fn a_reader_gets_what_lies_on_its_machine_first() {
        let splits: [(u64, &[&str]); 5] =
            [(0, &["a", "b"]), (10, &["b"]), (20, &["c"]), (30, &["b", "c"]), (40, &["c"])];
        let mut assigner = assigner(&splits);
        let readers = [Some("c"), Some("b"), Some("b"), Some("b"), Some("c"), Some("c")];
        assert_eq!(
            given(&mut assigner, &readers),
            [20, 0, 10, 30, 40].map(Some).into_iter().chain([None]).collect::<Vec<_>>()
        );
    }

    #[test]
    fn who_has_nothing_of_his_own_leaves_others_theirs_as_long_as_he_can() {
        let splits: [(u64, &[&str]); 4] = [(0, &["a"]), (10, &["a"]), (20, &["x"]), (30, &[])];
        let mut assigner = assigner(&splits);
        assert_eq!(given(&mut assigner, &[Some("a"), Some("b"), Some("b"), Some("b")]), [0, 20, 30, 10].map(Some));
    }

    #[test]
    fn in_order_where_machines_are_not_known() {
        let splits: [(u64, &[&str]); 3] = [(20, &["b"]), (0, &["c"]), (10, &[])];
        assert_eq!(given(&mut assigner(&splits), &[None, None, None, None]), [Some(0), Some(10), Some(20), None]);
    }

    #[test]
    fn what_comes_back_is_handed_out_again_in_its_place() {
        let splits: [(u64, &[&str]); 3] = [(0, &["a"]), (10, &["a"]), (20, &["b"])];
        let mut assigner = assigner(&splits);
        let lost = assigner.next(Some("a")).unwrap();
        assert_eq!(given(&mut assigner, &[Some("b")]), [Some(20)]);
        assigner.add([lost]);
        // The other reader leaves it to the machine it lies on, until nothing else is left.
        assert_eq!(given(&mut assigner, &[Some("a"), Some("b"), Some("b")]), [Some(0), Some(10), None]);
    }

    #[test]
    fn a_machine_is_known_by_its_name_with_and_without_domain() {
        let table: [(&str, &str, bool); 7] = [
            ("node1", "node1", true),
            ("node1.example.com", "Node1.Example.Com", true),
            ("node1.example.com", "node1", true),
            ("node1", "node1.example.com", false),
            ("node1.example.com", "node1.other.com", false),
            ("node11.example.com", "node1", false),
            ("10.0.0.1", "10", false),
        ];
        for (host, machine, local) in table {
            let mut assigner = assigner(&[(0, &["elsewhere"]), (10, &[host])]);
            let expected = if local { 10 } else { 0 };
            assert_eq!(given(&mut assigner, &[Some(machine)]), [Some(expected)], "{host} for {machine}");
        }
    }
}
