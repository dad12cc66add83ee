//! Schemas for people: one field or variant a line, so that two can be laid side by side.

use crate::{Definition, Field, Fields, Schema, Shape, Type, Variant};
use std::fmt::{self, Display, Formatter};

impl Display for Schema {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.root)?;
        self.types.iter().try_for_each(|definition| definition.fmt(f))
    }
}

impl Display for Definition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.shape {
            Shape::Struct(Fields::Named(fields)) => {
                writeln!(f, "struct {}", self.name)?;
                fields.iter().try_for_each(|field| writeln!(f, "  {field}"))
            }
            Shape::Struct(fields) => writeln!(f, "struct {}{fields}", self.name),
            Shape::Enum(variants) => {
                writeln!(f, "enum {}", self.name)?;
                variants.iter().try_for_each(|variant| writeln!(f, "  {variant}"))
            }
        }
    }
}

impl Display for Variant {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.tag, self.name, self.fields)
    }
}

impl Display for Field {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.r#type)
    }
}

impl Display for Fields {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Fields::Unit => Ok(()),
            Fields::Tuple(types) => write!(f, "({})", List(types)),
            Fields::Named(fields) => write!(f, " {{ {} }}", List(fields)),
        }
    }
}

impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Type::Tuple(types) => write!(f, "({})", List(types)),
            Type::Option(t) => write!(f, "option<{t}>"),
            Type::Result(t, e) => write!(f, "result<{t}, {e}>"),
            Type::List(t) => write!(f, "list<{t}>"),
            Type::Array(t, n) => write!(f, "array<{t}, {n}>"),
            Type::Map(k, v) => write!(f, "map<{k}, {v}>"),
            Type::Set(t) => write!(f, "set<{t}>"),
            Type::Named(name) => f.write_str(name),
            Type::Opaque { codec, name } => write!(f, "opaque<{codec}, {name}>"),
            scalar => f.write_str(scalar.scalar_name()),
        }
    }
}

impl Type {
    /// The name of a type without parts; nothing for the others.
    const fn scalar_name(&self) -> &'static str {
        match self {
            Type::Bool => "bool",
            Type::Char => "char",
            Type::U8 => "u8",
            Type::U16 => "u16",
            Type::U32 => "u32",
            Type::U64 => "u64",
            Type::U128 => "u128",
            Type::I8 => "i8",
            Type::I16 => "i16",
            Type::I32 => "i32",
            Type::I64 => "i64",
            Type::I128 => "i128",
            Type::F32 => "f32",
            Type::F64 => "f64",
            Type::String => "string",
            Type::Decimal => "decimal",
            Type::Timestamp => "timestamp",
            _ => "",
        }
    }
}

/// Items with commas between them.
struct List<'a, T>(&'a [T]);

impl<T: Display> Display for List<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(i, item)| write!(f, "{}{item}", if i > 0 { ", " } else { "" }))
    }
}
