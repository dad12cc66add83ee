//! What a record type looks like, in a form that outlives the program.
//!
//! A [`Schema`] is the type's own [`Type`] and the [`Definition`]s of all structs and enums it mentions, in the order
//! in which they are first met; a mention is a name, so a type may contain itself. Schemas are stored with state,
//! compared before a job is restored, and printed side by side when they differ.
//!
//! **Names.** A definition has the Rust name of its type without its module (moving a type does not change a schema),
//! or the one given by `#[record(name = "…")]`; arguments of generic types follow in angle brackets. When two types of
//! one schema would have the same name, the one met later gets `#2`, `#3`, … appended.
//!
//! **Fingerprint.** XXH3-64 of the schema's canonical bytes, which are its encoding as a record (`Schema` derives
//! `Record`; the tags are those written below). Adding a kind of type adds a tag; tags never change.

mod builder;
mod display;

#[cfg(test)]
mod tests;

pub use builder::SchemaBuilder;

use crate::Record;
use serde::{Deserialize, Serialize};

/// The description of a record type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, crate::Record)]
pub struct Schema {
    /// The type itself.
    pub root: Type,
    /// The structs and enums it mentions, directly or not.
    pub types: Vec<Definition>,
}

impl Schema {
    /// The description of `T`.
    pub fn of<T: Record>() -> Self {
        let mut builder = SchemaBuilder::default();
        let root = T::describe(&mut builder);
        Schema { root, types: builder.into_definitions() }
    }

    /// A number that differs, but for chance, between different schemas: XXH3-64 of the canonical bytes.
    pub fn fingerprint(&self) -> u64 {
        let mut bytes = Vec::new();
        self.encode(&mut bytes);
        crate::xxh3_64(&bytes)
    }

    /// Whether some part of a record goes through a serde codec, which the engine cannot see into or migrate.
    pub fn has_opaque_parts(&self) -> bool {
        self.root.is_opaque() || self.types.iter().flat_map(|t| t.shape.types()).any(Type::is_opaque)
    }
}

/// A type, as a field has it. `Box` and the kind of a collection in memory leave no trace.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, crate::Record)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "a variant named like its type needs no second name")]
pub enum Type {
    Bool,
    Char,
    U8,
    U16,
    U32,
    U64,
    U128,
    I8,
    I16,
    I32,
    I64,
    I128,
    F32,
    F64,
    String,
    Decimal,
    Timestamp,
    /// Unnamed fields; none of them is the unit type.
    Tuple(Vec<Type>),
    Option(Box<Type>),
    Result(Box<Type>, Box<Type>),
    List(Box<Type>),
    /// A fixed number of elements.
    Array(Box<Type>, u64),
    /// Key and value.
    Map(Box<Type>, Box<Type>),
    Set(Box<Type>),
    /// A struct or enum: the name of its definition.
    Named(String),
    /// Encoded by a serde codec.
    Opaque {
        /// The codec.
        codec: String,
        /// The Rust type.
        name: String,
    },
}

impl Type {
    fn is_opaque(&self) -> bool {
        match self {
            Type::Opaque { .. } => true,
            Type::Tuple(types) => types.iter().any(Type::is_opaque),
            Type::Option(t) | Type::List(t) | Type::Set(t) | Type::Array(t, _) => t.is_opaque(),
            Type::Result(a, b) | Type::Map(a, b) => a.is_opaque() || b.is_opaque(),
            _ => false,
        }
    }
}

/// A struct or enum.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, crate::Record)]
pub struct Definition {
    /// By which [`Type::Named`] refers to it.
    pub name: String,
    /// What it consists of.
    pub shape: Shape,
}

/// What a struct or enum consists of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, crate::Record)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A struct.
    Struct(Fields),
    /// An enum, in the order of declaration.
    Enum(Vec<Variant>),
}

impl Shape {
    fn types(&self) -> impl Iterator<Item = &Type> {
        let (fields, variants) = match self {
            Shape::Struct(fields) => (Some(fields), &[][..]),
            Shape::Enum(variants) => (None, variants.as_slice()),
        };
        fields.into_iter().chain(variants.iter().map(|v| &v.fields)).flat_map(Fields::types)
    }
}

/// The fields of a struct or variant, in encoding order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, crate::Record)]
#[serde(rename_all = "snake_case")]
pub enum Fields {
    /// None.
    Unit,
    /// Numbered ones.
    Tuple(Vec<Type>),
    /// Named ones.
    Named(Vec<Field>),
}

impl Fields {
    fn types(&self) -> impl Iterator<Item = &Type> {
        let (unnamed, named) = match self {
            Fields::Unit => (&[][..], &[][..]),
            Fields::Tuple(types) => (types.as_slice(), &[][..]),
            Fields::Named(fields) => (&[][..], fields.as_slice()),
        };
        unnamed.iter().chain(named.iter().map(|f| &f.r#type))
    }
}

/// A named field.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, crate::Record)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub r#type: Type,
}

/// A variant of an enum.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, crate::Record)]
pub struct Variant {
    /// The number that stands for it in encodings.
    pub tag: u32,
    /// Its name.
    pub name: String,
    /// Its fields.
    pub fields: Fields,
}
