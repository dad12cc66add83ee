//! Collects the definitions a type mentions.

use crate::{Definition, Shape, Type};
use std::any::TypeId;
use std::collections::BTreeMap;

/// Collects the definitions that a type mentions while it describes itself.
#[derive(Default)]
pub struct SchemaBuilder {
    names: BTreeMap<TypeId, String>,
    /// In the order in which they were met; without a shape while that is being described.
    definitions: Vec<(String, Option<Shape>)>,
}

impl SchemaBuilder {
    /// Refers to the struct or enum `T`, describing it when it is met for the first time. `arguments` are what stands
    /// in angle brackets after its name.
    pub fn define<T: 'static>(
        &mut self,
        name: &str,
        arguments: &[String],
        shape: impl FnOnce(&mut Self) -> Shape,
    ) -> Type {
        let id = TypeId::of::<T>();
        if let Some(known) = self.names.get(&id) {
            return Type::Named(known.clone());
        }
        let name = self.free_name(name, arguments);
        self.names.insert(id, name.clone());
        let index = self.definitions.len();
        self.definitions.push((name.clone(), None));
        let shape = shape(self);
        if let Some((_, slot)) = self.definitions.get_mut(index) {
            *slot = Some(shape);
        }
        Type::Named(name)
    }

    fn free_name(&self, name: &str, arguments: &[String]) -> String {
        let full = if arguments.is_empty() { name.to_owned() } else { format!("{name}<{}>", arguments.join(", ")) };
        let taken = |candidate: &String| self.definitions.iter().any(|(name, _)| name == candidate);
        if !taken(&full) {
            return full;
        }
        (2u32..).map(|n| format!("{full}#{n}")).find(|candidate| !taken(candidate)).unwrap_or(full)
    }

    pub(super) fn into_definitions(self) -> Vec<Definition> {
        let defined = |(name, shape): (String, Option<Shape>)| shape.map(|shape| Definition { name, shape });
        self.definitions.into_iter().filter_map(defined).collect()
    }
}
