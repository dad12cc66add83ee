//! What answers look like: which keys, of which types, and which words where only some are allowed.
//!
//! A shape is learned of answers that another engine gave, and kept as a file. A key that all of them had must be there, one that some
//! had may be. A text that was always a word in capitals must be one of those words.

use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Objects whose keys are data.
const DATA: [&str; 7] = [
    "user-config",
    "user-accumulators",
    "serialized-user-task-accumulators",
    "accumulator-results",
    "failureLabels",
    "properties",
    "extendedResources",
];

/// A shape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The types seen.
    kinds: BTreeSet<String>,
    /// The words seen, unless there was any other text.
    words: BTreeSet<String>,
    free_text: bool,
    /// Of the elements of a list.
    element: Option<Box<Shape>>,
    /// How many objects were seen, and their keys, each with how many had it.
    objects: usize,
    keys: BTreeMap<String, (usize, Shape)>,
}

impl Shape {
    /// Adds another answer.
    pub(crate) fn learn(&mut self, value: &Value) {
        self.learn_at("", value);
    }

    fn learn_at(&mut self, key: &str, value: &Value) {
        self.kinds.insert(kind(value).into());
        match value {
            Value::String(text) if is_word(text) => drop(self.words.insert(text.clone())),
            Value::String(_) => self.free_text = true,
            Value::Array(elements) => {
                for element in elements {
                    self.element.get_or_insert_default().learn_at("", element);
                }
            }
            Value::Object(fields) if !DATA.contains(&key) => {
                self.objects += 1;
                for (key, value) in fields {
                    let (count, shape) = self.keys.entry(key.clone()).or_default();
                    *count += 1;
                    shape.learn_at(key, value);
                }
            }
            _ => {}
        }
    }

    /// What of an answer is not of this shape.
    pub(crate) fn differences(&self, value: &Value) -> Vec<String> {
        let mut found = Vec::new();
        self.compare("$", "", value, &mut found);
        found
    }

    fn compare(&self, path: &str, key: &str, value: &Value, found: &mut Vec<String>) {
        if !self.kinds.contains(kind(value)) {
            return found.push(format!("{path} is of type {}, not {:?}", kind(value), self.kinds));
        }
        match value {
            Value::String(text) if !self.free_text && !self.words.contains(text) => {
                found.push(format!("{path} is {text:?}, not one of {:?}", self.words));
            }
            Value::Array(elements) => {
                for element in self.element.iter().flat_map(|shape| elements.iter().map(move |one| (shape, one))) {
                    element.0.compare(&format!("{path}[]"), "", element.1, found);
                }
            }
            Value::Object(fields) if !DATA.contains(&key) => self.compare_fields(path, fields, found),
            _ => {}
        }
    }

    fn compare_fields(&self, path: &str, fields: &Map<String, Value>, found: &mut Vec<String>) {
        for (key, (count, shape)) in &self.keys {
            match fields.get(key) {
                Some(value) => shape.compare(&format!("{path}.{key}"), key, value, found),
                None if *count == self.objects => found.push(format!("{path}.{key} is missing")),
                None => {}
            }
        }
        let unknown = fields.keys().filter(|key| !self.keys.contains_key(*key));
        found.extend(unknown.map(|key| format!("{path}.{key} is unknown")));
    }

    /// As a file keeps it.
    pub(crate) fn to_json(&self) -> Value {
        let mut fields = Map::new();
        fields.insert("kinds".into(), json!(self.kinds));
        if self.free_text || !self.words.is_empty() {
            let words = if self.free_text { json!("any") } else { json!(self.words) };
            fields.insert("text".into(), words);
        }
        if let Some(element) = &self.element {
            fields.insert("element".into(), element.to_json());
        }
        let part = |always: bool| {
            let keys = self.keys.iter().filter(move |(_, (count, _))| (*count == self.objects) == always);
            keys.map(|(key, (_, shape))| (key.clone(), shape.to_json())).collect::<Map<_, _>>()
        };
        for (name, always) in [("always", true), ("sometimes", false)] {
            if self.keys.values().any(|(count, _)| (*count == self.objects) == always) {
                fields.insert(name.into(), Value::Object(part(always)));
            }
        }
        Value::Object(fields)
    }

    /// From a file. That a key was there always or sometimes becomes a count of two or one of two objects.
    pub(crate) fn from_json(value: &Value) -> Self {
        let texts = |name: &str| -> BTreeSet<String> {
            let list = value[name].as_array().into_iter().flatten();
            list.map(|text| text.as_str().unwrap().to_owned()).collect()
        };
        let keys = [("always", 2), ("sometimes", 1)].into_iter().flat_map(|(name, count)| {
            let keys = value[name].as_object().into_iter().flatten();
            keys.map(move |(key, shape)| (key.clone(), (count, Shape::from_json(shape))))
        });
        Shape {
            kinds: texts("kinds"),
            words: texts("text"),
            free_text: value["text"] == "any",
            element: value.get("element").map(|element| Box::new(Shape::from_json(element))),
            objects: 2,
            keys: keys.collect(),
        }
    }
}

fn is_word(text: &str) -> bool {
    text.len() > 2
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

#[test]
fn a_shape_tells_what_differs_also_when_it_was_kept() {
    let mut shape = Shape::default();
    shape.learn(&json!({ "a": 1, "b": "RUNNING", "list": [{ "x": "free", "y": null }] }));
    shape.learn(&json!({ "a": 2.5, "b": "FAILED", "c": true, "list": [], "user-config": { "k": 1 } }));
    let kept = Shape::from_json(&shape.to_json());
    let table = [
        (json!({ "a": 7, "b": "FAILED", "list": [{ "x": "y", "y": null }] }), vec![]),
        (json!({ "a": 7, "b": "FAILED", "c": false, "list": [], "user-config": { "other": [] } }), vec![]),
        (json!([]), vec!["$ is of type list"]),
        (json!({ "a": "7", "b": "GONE" }), vec!["$.a is of type", "$.b is \"GONE\"", "$.list is missing"]),
        (
            json!({ "a": 7, "b": "FAILED", "list": [{ "x": 1, "z": 1 }] }),
            vec!["[].x", "[].y is missing", "[].z is unknown"],
        ),
    ];
    for (value, expected) in table {
        for shape in [&shape, &kept] {
            let found = shape.differences(&value);
            assert_eq!(found.len(), expected.len(), "{found:?}");
            assert!(found.iter().zip(&expected).all(|(found, expected)| found.contains(expected)), "{found:?}");
        }
    }
}
