//! A line, in either form.

use crate::fields::Value;
use crate::timestamp::Timestamp;
use std::fmt::Write;
use tracing::Level;
use weft_common::configuration::options::LogFormat;

/// Fields that say who a line is about; they stand in this order.
pub(crate) const LABELS: [&str; 7] = ["job", "task", "operator", "vertex", "subtask", "attempt", "task_manager"];
/// Bytes of a message, or of a value, that are written.
const LONGEST: usize = 32 << 10;

/// What a line says.
pub(crate) struct Line<'a> {
    pub(crate) time: Timestamp,
    pub(crate) level: Level,
    pub(crate) target: &'a str,
    pub(crate) labels: Vec<(&'static str, Value)>,
    pub(crate) message: String,
    pub(crate) fields: Vec<(&'static str, Value)>,
}

impl Line<'_> {
    /// The line with its end.
    pub(crate) fn format(&self, format: LogFormat) -> String {
        let mut out = match format {
            LogFormat::Text => self.text(),
            LogFormat::Json => self.json(),
        };
        out.push('\n');
        out
    }

    fn text(&self) -> String {
        let mut out = format!("{} {:<5} {} [", self.time.text(), self.level.as_str(), self.target);
        for (index, (name, value)) in self.labels.iter().enumerate() {
            let _ = write!(out, "{}{name}=", if index == 0 { "" } else { " " });
            push_value(&mut out, value);
        }
        out.push_str("] - ");
        push_message(&mut out, cut(&self.message));
        for (name, value) in &self.fields {
            let _ = write!(out, " {name}=");
            push_value(&mut out, value);
        }
        out
    }

    fn json(&self) -> String {
        let mut out = String::from("{\"timestamp\":");
        push_json(&mut out, &self.time.iso());
        out.push_str(",\"level\":");
        push_json(&mut out, self.level.as_str());
        out.push_str(",\"target\":");
        push_json(&mut out, self.target);
        push_members(&mut out, ",", &self.labels);
        out.push_str(",\"message\":");
        push_json(&mut out, cut(&self.message));
        if !self.fields.is_empty() {
            out.push_str(",\"fields\":{");
            push_members(&mut out, "", &self.fields);
            out.push('}');
        }
        out.push('}');
        out
    }
}

/// The beginning of a text that is too long.
fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text)
}

fn push_members(out: &mut String, first: &str, members: &[(&'static str, Value)]) {
    for (index, (name, value)) in members.iter().enumerate() {
        out.push_str(if index == 0 { first } else { "," });
        push_json(out, name);
        out.push(':');
        match value {
            Value::Text(text) => push_json(out, cut(text)),
            Value::Bare(text) => out.push_str(text),
        }
    }
}

fn push_json(out: &mut String, text: &str) {
    // Text always has a form in JSON.
    out.push_str(&serde_json::to_string(text).unwrap_or_else(|_| "null".to_owned()));
}

fn push_value(out: &mut String, value: &Value) {
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !matches!(c, '"' | '\\' | '[' | ']' | '=');
    match value {
        Value::Bare(text) => out.push_str(text),
        Value::Text(text) if !text.is_empty() && text.chars().all(plain) => out.push_str(cut(text)),
        Value::Text(text) => {
            let _ = write!(out, "{:?}", cut(text));
        }
    }
}

/// What follows a line break is indented, so that it cannot look like a line of its own; other control characters are written out.
fn push_message(out: &mut String, message: &str) {
    for c in message.trim_end().chars() {
        match c {
            '\n' => out.push_str("\n    "),
            '\t' => out.push(c),
            '\r' => {}
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(message: &str) -> Line<'static> {
        Line {
            time: Timestamp::from_millis(1_795_724_102_123),
            level: Level::INFO,
            target: "weft_jobmanager::job",
            labels: vec![("job", Value::Text("4f0c".into())), ("task", Value::Text("Source (1/4)".into()))],
            message: message.into(),
            fields: vec![("millis", Value::Bare("800".into())), ("why", Value::Text("a \"b\"".into()))],
        }
    }

    #[test]
    fn text_is_for_people() {
        assert_eq!(
            line("went on").format(LogFormat::Text),
            "2026-11-26 20:15:02,123 INFO  weft_jobmanager::job [job=4f0c task=\"Source (1/4)\"] - went on millis=800 why=\"a \\\"b\\\"\"\n"
        );
    }

    #[test]
    fn a_message_cannot_make_up_a_line() {
        let text = line("one\n2026-11-26 00:00:00,000 ERROR x [] - two\u{1b}[31m\r\n").format(LogFormat::Text);
        assert!(text.contains("one\n    2026-11-26 00:00:00,000 ERROR x [] - two\\u{1b}[31m millis"), "{text}");
        assert_eq!(text.lines().count(), 2);
    }

    #[test]
    fn json_is_one_object_a_line() {
        let text = line("one\n\"two\"").format(LogFormat::Json);
        assert_eq!(text.lines().count(), 1);
        let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
        let expected = serde_json::json!({
            "timestamp": "2026-11-26T20:15:02.123Z", "level": "INFO", "target": "weft_jobmanager::job", "job": "4f0c",
            "task": "Source (1/4)", "message": "one\n\"two\"", "fields": {"millis": 800, "why": "a \"b\""},
        });
        assert_eq!(parsed, expected);
    }

    #[test]
    fn what_is_too_long_is_cut() {
        let long = "ü".repeat(LONGEST);
        let text = line(&long).format(LogFormat::Text);
        assert!(text.len() > LONGEST && text.len() < LONGEST + 200, "{}", text.len());
    }
}
