//! Site files: XML whose root is `<configuration>`, in it properties and includes.
//!
//! ```xml
//! <configuration xmlns:xi="http://www.w3.org/2001/XInclude">
//!   <property><name>dfs.replication</name><value>2</value><final>true</final></property>
//!   <property name="dfs.blocksize" value="256m"/>
//!   <xi:include href="common.xml"><xi:fallback/></xi:include>
//! </configuration>
//! ```
//!
//! Reading has two steps. [`parser`] makes a list of [`Item`]s of one text and does no I/O. [`reader`] reads files and
//! puts what they include in its place; an `href` is a path, relative to the file it stands in. What cannot be read is
//! an error, unless the include has a fallback, which then takes its place.
//!
//! A file is somebody else's input, so everything has a bound: the bytes of all files together, the number of files,
//! how deep includes and elements nest. Entities of a document type are not defined: an attempt to use one is an error.

mod parser;
mod reader;

#[cfg(test)]
mod parser_test;
#[cfg(test)]
mod reader_test;

pub(crate) use parser::VERSION_ATTRIBUTE;
pub(crate) use reader::{MAX_BYTES, Reader, SiteFile};

use crate::Origin;

/// A property as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Property {
    pub(crate) name: String,
    /// Nothing when the value is missing or empty.
    pub(crate) value: Option<String>,
    pub(crate) is_final: bool,
    /// Where the value came from before it got into the file, as the file says.
    pub(crate) source: Option<String>,
    pub(crate) origin: Origin,
}

/// What a file consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// A property.
    Property(Property),
    /// A property without a name, in this line.
    Nameless(u32),
    /// Another file's items, or else the fallback's, where there is one.
    Include { href: String, line: u32, fallback: Option<Vec<Item>> },
}
