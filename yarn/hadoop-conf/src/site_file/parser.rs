//! One text to items.

use super::{Item, Property};
use crate::{HadoopConfError, Origin};
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use std::path::Path;

/// How deep elements may nest. A plain site file has three levels; each fallback adds two.
const MAX_DEPTH: usize = 32;

/// The attribute of the root element that marks an effective configuration.
pub(crate) const VERSION_ATTRIBUTE: &str = "weft-version";

/// What one text says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Document {
    /// The version of the format of an effective configuration, if it is one.
    pub(super) version: Option<String>,
    pub(super) items: Vec<Item>,
}

/// Reads the text of the file at `path`, which is only named, not opened.
pub(super) fn parse(path: &Path, text: &str) -> Result<Document, HadoopConfError> {
    let mut xml = quick_xml::Reader::from_str(text);
    xml.config_mut().expand_empty_elements = true;
    let mut parser = Parser::new(path, text);
    loop {
        parser.lines.advance_to(xml.buffer_position());
        match xml.read_event() {
            Ok(Event::Eof) => return parser.finish(),
            Ok(event) => parser.event(event)?,
            Err(error) => {
                parser.lines.advance_to(xml.error_position());
                return Err(parser.malformed(format!("{error}: correct the XML")));
            }
        }
    }
}

/// An element that has been opened.
enum Open {
    Configuration,
    Property(Draft),
    /// A part of a property, and its text so far.
    Part(Part, String),
    Include {
        href: Option<String>,
        line: u32,
        fallback: Option<Vec<Item>>,
    },
    /// Items of a fallback.
    Fallback(Vec<Item>),
    /// An element that means nothing here.
    Other,
}

#[derive(Clone, Copy)]
enum Part {
    Name,
    Value,
    Final,
    Source,
}

/// A property of which parts have been read.
#[derive(Default)]
struct Draft {
    name: Option<String>,
    value: Option<String>,
    is_final: bool,
    source: Option<String>,
    line: u32,
}

struct Parser<'a> {
    path: &'a Path,
    lines: Lines<'a>,
    open: Vec<Open>,
    found: Document,
    has_root: bool,
}

impl<'a> Parser<'a> {
    fn new(path: &'a Path, text: &'a str) -> Self {
        let lines = Lines { text: text.as_bytes(), at: 0, line: 1 };
        Parser { path, lines, open: Vec::new(), found: Document::default(), has_root: false }
    }

    fn event(&mut self, event: Event<'_>) -> Result<(), HadoopConfError> {
        match event {
            Event::Start(element) => self.start(&element),
            Event::End(_) => self.end(),
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                match self.character(&reference) {
                    Some(text) => self.text(&text),
                    None => Err(self
                        .malformed(format!("&{};, which is not defined: write &amp; for an ampersand", &*reference))),
                }
            }
            _ => Ok(()),
        }
    }

    /// What a reference stands for; nothing if it is not one of XML's own.
    fn character(&self, reference: &quick_xml::events::BytesRef<'_>) -> Option<String> {
        if reference.is_char_ref() {
            return reference.resolve_char_ref().ok().flatten().map(String::from);
        }
        resolve_predefined_entity(reference).map(str::to_owned)
    }

    fn text(&mut self, text: &str) -> Result<(), HadoopConfError> {
        match self.open.last_mut() {
            Some(Open::Part(_, buffer)) => buffer.push_str(text),
            None if !text.trim().is_empty() => {
                return Err(self.malformed("text outside of <configuration>: remove it".to_owned()));
            }
            _ => {}
        }
        Ok(())
    }

    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), HadoopConfError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.malformed(format!("elements nest deeper than {MAX_DEPTH}: a configuration is flat")));
        }
        let name = element.local_name();
        if self.open.is_empty() {
            self.root(name.as_ref(), element)?;
        }
        let opened = match (self.open.last(), name.as_ref()) {
            (Some(Open::Part(..)), found) => {
                let problem = format!("<{found}> inside of text: write &lt; for the character");
                return Err(self.malformed(problem));
            }
            (Some(Open::Property(_)), "property") => {
                let problem = "<property> inside of <property>: close the first".to_owned();
                return Err(self.malformed(problem));
            }
            (Some(Open::Property(_)), "name") => self.name_part(),
            (Some(Open::Property(_)), "value") => Open::Part(Part::Value, String::new()),
            (Some(Open::Property(_)), "final") => Open::Part(Part::Final, String::new()),
            (Some(Open::Property(_)), "source") => Open::Part(Part::Source, String::new()),
            (Some(Open::Include { .. }), "fallback") => Open::Fallback(Vec::new()),
            (_, "property") => Open::Property(self.draft(element)?),
            (_, "include") => self.include(element)?,
            (_, "configuration") => Open::Configuration,
            _ => Open::Other,
        };
        self.open.push(opened);
        Ok(())
    }

    /// A name says in which line its property is.
    fn name_part(&mut self) -> Open {
        let line = self.lines.line;
        if let Some(Open::Property(draft)) = self.open.last_mut() {
            draft.line = line;
        }
        Open::Part(Part::Name, String::new())
    }

    fn root(&mut self, name: &str, element: &BytesStart<'_>) -> Result<(), HadoopConfError> {
        if self.has_root {
            return Err(
                self.malformed(format!("a second root element <{name}>: put it into the first <configuration>"))
            );
        }
        if name != "configuration" {
            return Err(self.malformed(format!("the root element is <{name}>: a site file has <configuration>")));
        }
        self.has_root = true;
        self.found.version = self.attribute(element, VERSION_ATTRIBUTE)?;
        Ok(())
    }

    /// A property begun; it may be complete in its attributes.
    fn draft(&self, element: &BytesStart<'_>) -> Result<Draft, HadoopConfError> {
        let name = self.attribute(element, "name")?.map(|name| name.trim().to_owned());
        let value = self.attribute(element, "value")?;
        let is_final = self.attribute(element, "final")?.is_some_and(|text| text.trim() == "true");
        let source = self.attribute(element, "source")?;
        Ok(Draft { name, value, is_final, source, line: self.lines.line })
    }

    fn include(&self, element: &BytesStart<'_>) -> Result<Open, HadoopConfError> {
        let href = self.attribute(element, "href")?.map(|href| href.trim().to_owned());
        Ok(Open::Include { href, line: self.lines.line, fallback: None })
    }

    fn attribute(&self, element: &BytesStart<'_>, wanted: &str) -> Result<Option<String>, HadoopConfError> {
        let wrong = |error: &dyn std::fmt::Display| self.malformed(format!("{error}: correct the attributes"));
        for attribute in element.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| wrong(&error))?;
            if attribute.key.local_name().as_ref() == wanted {
                let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| wrong(&error))?;
                return Ok(Some(value.into_owned()));
            }
        }
        Ok(None)
    }

    fn end(&mut self) -> Result<(), HadoopConfError> {
        match self.open.pop() {
            Some(Open::Part(part, text)) => self.set_part(part, text),
            Some(Open::Property(draft)) => self.add(draft.into_item(self.path)),
            Some(Open::Fallback(items)) => self.set_fallback(items),
            Some(Open::Include { href: None, .. }) => {
                return Err(self.malformed("an include without href: name the file".to_owned()));
            }
            Some(Open::Include { href: Some(href), line, fallback }) => {
                self.add(Item::Include { href, line, fallback })
            }
            Some(Open::Configuration | Open::Other) | None => {}
        }
        Ok(())
    }

    fn set_part(&mut self, part: Part, text: String) {
        let Some(Open::Property(draft)) = self.open.last_mut() else { return };
        match part {
            Part::Name => draft.name = Some(text.trim().to_owned()),
            Part::Value => draft.value = Some(text),
            Part::Final => draft.is_final = text.trim() == "true",
            Part::Source => draft.source = Some(text),
        }
    }

    fn set_fallback(&mut self, items: Vec<Item>) {
        if let Some(Open::Include { fallback, .. }) = self.open.last_mut() {
            fallback.get_or_insert_default().extend(items);
        }
    }

    /// Adds an item to the innermost fallback, or else to the file.
    fn add(&mut self, item: Item) {
        let fallback = self.open.iter_mut().rev().find_map(|open| match open {
            Open::Fallback(items) => Some(items),
            _ => None,
        });
        fallback.unwrap_or(&mut self.found.items).push(item);
    }

    fn finish(self) -> Result<Document, HadoopConfError> {
        if !self.open.is_empty() {
            return Err(self.malformed("the file ends inside of an element: it was cut short; restore it".to_owned()));
        }
        if !self.has_root {
            return Err(self.malformed("the file holds no <configuration>: write one or remove the file".to_owned()));
        }
        Ok(self.found)
    }

    fn malformed(&self, problem: String) -> HadoopConfError {
        let key = self.open.iter().rev().find_map(|open| match open {
            Open::Property(draft) => draft.name.clone(),
            _ => None,
        });
        HadoopConfError::Malformed { path: self.path.to_owned(), line: self.lines.line, key, problem }
    }
}

impl Draft {
    fn into_item(self, path: &Path) -> Item {
        let Some(name) = self.name.filter(|name| !name.is_empty()) else { return Item::Nameless(self.line) };
        let origin = Origin::File { path: path.to_owned(), line: self.line };
        // Nothing between the tags is no value; white space is an empty one.
        let value = self.value.filter(|value| !value.is_empty());
        Item::Property(Property { name, value, is_final: self.is_final, source: self.source, origin })
    }
}

/// Counts lines while the place in a text goes forward.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u32,
}

impl Lines<'_> {
    fn advance_to(&mut self, place: u64) {
        let place = usize::try_from(place).unwrap_or(usize::MAX).min(self.text.len());
        if place < self.at {
            // Only an error goes back, and there is only one.
            (self.at, self.line) = (0, 1);
        }
        let passed = self.text.get(self.at..place).unwrap_or_default();
        let ends = passed.iter().filter(|byte| **byte == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(ends).unwrap_or(u32::MAX));
        self.at = place;
    }
}
