//! Words that reach a process as they are.
//!
//! A NodeManager writes a script. A command goes into it between double quotes that it does not escape, behind `exec /bin/bash -c`: so
//! the words pass two shells. The value of a variable goes between double quotes too, and passes one. Before that the NodeManager replaces
//! `<LOG_DIR>`, `<CPS>`, `<ADD_OPENS>`, `{{` and `}}` wherever they stand. What is written here comes out unchanged at the end of that.

/// A word of a command, as it has to stand in a launch context.
pub fn word(text: &str) -> String {
    // Between two quotes there is nothing.
    let parts: Vec<String> = parts(text).map(|part| part.replace('\'', "'\\''")).collect();
    in_double_quotes(&format!("'{}'", parts.join("''")))
}

/// The command that runs a program in place of the shell, its output in files of the container's log directory.
///
/// The end of a file whose name has `stderr` in it becomes part of what YARN says about a container that failed.
pub fn command(program: &str, arguments: &[String], log_name: &str) -> String {
    let words: Vec<String> = std::iter::once(program).chain(arguments.iter().map(String::as_str)).map(word).collect();
    format!("exec {} 1><LOG_DIR>/{log_name}.stdout 2><LOG_DIR>/{log_name}.stderr", words.join(" "))
}

/// The value of a variable that is to be taken literally.
pub fn literal_value(text: &str) -> String {
    let parts: Vec<String> = parts(text).map(in_double_quotes).collect();
    // A backslash at the end of a line goes with it.
    parts.join("\\\n")
}

/// The value of a variable in which the container's shell is to replace `$NAME`, and the NodeManager what it replaces.
pub fn expandable_value(text: &str) -> String {
    text.replace('"', "\\\"").replace('`', "\\`")
}

fn in_double_quotes(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '"' | '$' | '`' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// The text, cut where a NodeManager would find something to replace.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['<', '{', '}'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::process::Command;

    /// What a NodeManager replaces.
    fn expanded(text: &str) -> String {
        text.replace("<LOG_DIR>", "/logs")
            .replace("<CPS>", ":")
            .replace("<ADD_OPENS>", "")
            .replace("{{", "$")
            .replace("}}", "")
    }

    fn bash(script: &str) -> Vec<u8> {
        let output = Command::new("bash").args(["-c", script]).output().expect("bash is installed");
        assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// The words that a command with these arguments is started with.
    fn words_after(arguments: &[&str]) -> Vec<String> {
        let words: Vec<String> = ["printf", "%s\\0"].iter().chain(arguments).map(|text| word(text)).collect();
        let script = format!("exec /bin/bash -c \"exec {}\"", expanded(&words.join(" ")));
        let output = String::from_utf8(bash(&script)).unwrap();
        output.split_terminator('\0').map(str::to_owned).collect()
    }

    fn value_after(value: &str) -> String {
        let script = format!("set -o pipefail -e\nexport V=\"{}\"\nprintf %s \"$V\"", expanded(value));
        String::from_utf8(bash(&script)).unwrap()
    }

    const STRANGE: [&str; 14] = [
        "plain",
        "two words",
        "a \"quoted\" word",
        "$HOME and ${HOME} and $(id) and `id`",
        "it's",
        "back\\slash \\\" \\$",
        "{{HOME}} <LOG_DIR> <CPS> {{{x}}}",
        "two\nlines",
        "tab\there",
        "* ? [a-z] ~ ! !! # & | ; < > ( )",
        "-D\"k\"='v $x'",
        "trailing\\",
        "\u{e4}\u{20ac}\u{1f600}",
        "''''",
    ];

    #[test]
    fn words_pass_two_shells_unharmed() {
        assert_eq!(words_after(&STRANGE), STRANGE);
        assert_eq!(words_after(&["", "a", ""]), ["", "a", ""]);
    }

    #[test]
    fn values_pass_one_shell_unharmed() {
        for value in STRANGE {
            assert_eq!(value_after(&literal_value(value)), value);
        }
    }

    #[test]
    fn values_that_are_to_be_expanded() {
        let value = value_after(&expandable_value("a\"b:$HOME:`x`:{{HOME}}"));
        let home = std::env::var("HOME").unwrap_or_default();
        assert_eq!(value, format!("a\"b:{home}:`x`:{home}"));
    }

    #[test]
    fn a_command_replaces_its_shell_and_writes_into_the_log_directory() {
        let command = command("./weft", &["jobmanager".to_owned(), "a b".to_owned()], "jobmanager");
        let expected = "exec './weft' 'jobmanager' 'a b' 1><LOG_DIR>/jobmanager.stdout 2><LOG_DIR>/jobmanager.stderr";
        assert_eq!(command, expected);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
        #[test]
        fn no_word_is_too_strange(words in proptest::collection::vec("[ -~\n\u{e4}]{0,12}", 1..40)) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            prop_assert_eq!(words_after(&words), words.clone());
            let all = words.join("");
            prop_assert_eq!(value_after(&literal_value(&all)), all);
        }
    }
}
