//! Derive macros for weft-record.
//!
//! What they generate is described there, at the traits. A macro parses its input into an [`Item`](item::Item), which
//! refuses what cannot be a record with a message at the offending place, and writes one `impl` from it.

mod attributes;
mod fields;
mod item;
mod key;
mod record;
#[cfg(test)]
mod tests;

use item::Item;
use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use syn::{DeriveInput, parse_macro_input};

/// Derives `Record` for a struct or enum whose fields are records.
#[proc_macro_derive(Record, attributes(record))]
pub fn derive_record(input: TokenStream) -> TokenStream {
    expand(&parse_macro_input!(input), record::implement)
}

/// Derives `Key` for a struct or enum whose fields are keys.
#[proc_macro_derive(Key, attributes(record))]
pub fn derive_key(input: TokenStream) -> TokenStream {
    expand(&parse_macro_input!(input), key::implement)
}

fn expand(input: &DeriveInput, implement: fn(&Item) -> Tokens) -> TokenStream {
    match Item::parse(input) {
        Ok(item) => implement(&item).into(),
        Err(error) => error.into_compile_error().into(),
    }
}
