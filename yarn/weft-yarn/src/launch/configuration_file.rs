//! The engine's configuration as a file that every process of the cluster reads.

use weft_common::Configuration;

/// A `config.yaml` that reads back as the same values. It holds secrets: store it for its owner alone.
pub fn configuration_file(configuration: &Configuration) -> String {
    let line = |(key, value): (&str, String)| format!("{}: {}\n", quoted(key), quoted(&value));
    configuration.iter().map(|(key, value, _)| line((key, value.to_text()))).collect()
}

/// A double-quoted scalar of YAML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_common::configuration::options;

    #[test]
    fn a_configuration_comes_back() {
        let mut configuration = Configuration::new();
        let settings = [
            "taskmanager.numberOfTaskSlots=4",
            "yarn.ship-files=/a b;hdfs://ns/c",
            "containerized.master.env.X=a\"b\\c: $d # e",
            "s3.secret-key=\u{e4}\u{1}\n'x'",
        ];
        configuration.apply_dynamic(settings).unwrap();
        configuration.set(&options::YARN_SHIP_ARCHIVES, vec!["a;b".to_owned(), "c".to_owned()]);
        let read = Configuration::parse_yaml("config.yaml", &configuration_file(&configuration)).unwrap();
        let texts =
            |of: &Configuration| of.iter().map(|(key, value, _)| (key.to_owned(), value.to_text())).collect::<Vec<_>>();
        assert_eq!(texts(&read), texts(&configuration));
        assert_eq!(read.get(&options::YARN_SHIP_ARCHIVES).unwrap(), ["a;b", "c"]);
    }
}
