//! Who this process is to a Hadoop cluster that believes what it is told.

use std::fs;

use weft_hadoop_conf::Environment;

/// The user in whose name calls are made: `HADOOP_USER_NAME` where it is set, else the process's own.
pub fn current(environment: &Environment) -> String {
    let named = environment.text("HADOOP_USER_NAME").filter(|name| !name.is_empty());
    if let Some(name) = named {
        return name.to_owned();
    }
    let id = rustix::process::geteuid().as_raw();
    // Users of a directory service are in no file; then what the login has set is the best there is.
    let of_file = fs::read_to_string("/etc/passwd").ok().and_then(|users| name_of(id, &users));
    let of_login = || ["USER", "LOGNAME"].iter().find_map(|key| environment.text(key)).map(str::to_owned);
    of_file.or_else(of_login).unwrap_or_else(|| id.to_string())
}

/// The name in a line `name:password:id:…`.
fn name_of(id: u32, users: &str) -> Option<String> {
    let fields = |line: &str| {
        let mut fields = line.split(':');
        let (name, found) = (fields.next()?.to_owned(), fields.nth(1)?.parse::<u32>().ok()?);
        (found == id).then_some(name)
    };
    users.lines().find_map(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_comes_before_the_process() {
        let environment = Environment::empty().with("HADOOP_USER_NAME", "etl");
        assert_eq!(current(&environment), "etl");
        assert!(!current(&Environment::empty()).is_empty());
    }

    #[test]
    fn names_are_found_by_number() {
        let users = "root:x:0:0:root:/root:/bin/sh\n# comment\netl:x:1000:1000::/home/etl:/bin/sh\n";
        assert_eq!(name_of(1000, users).as_deref(), Some("etl"));
        assert_eq!(name_of(0, users).as_deref(), Some("root"));
        assert_eq!(name_of(1, users), None);
    }
}
