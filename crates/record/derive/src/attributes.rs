//! `#[record(…)]`.

use proc_macro2::{Ident, Span};
use syn::meta::ParseNestedMeta;
use syn::{Attribute, LitInt, LitStr, Path, Result, parse_quote};

/// Attributes of a type.
pub(crate) struct TypeAttributes {
    /// Where weft-record is.
    pub(crate) krate: Path,
    /// The name in the schema, when given.
    pub(crate) name: Option<String>,
}

impl TypeAttributes {
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self> {
        let mut parsed = TypeAttributes { krate: record_crate(), name: None };
        each(attributes, |meta| {
            if meta.path.is_ident("crate") {
                parsed.krate = meta.value()?.parse::<LitStr>()?.parse()?;
                Ok(())
            } else if meta.path.is_ident("name") {
                parsed.name = Some(name(&meta.value()?.parse()?)?);
                Ok(())
            } else {
                Err(meta.error("a record type takes `name = \"...\"` and `crate = \"...\"`"))
            }
        })?;
        Ok(parsed)
    }
}

/// Where the crate that is being compiled finds weft-record: by itself, or through `weft`, which programs depend on.
fn record_crate() -> Path {
    use proc_macro_crate::FoundCrate::{Itself, Name};
    if let Ok(found) = proc_macro_crate::crate_name("weft-record") {
        let name = match found {
            Itself => return parse_quote!(::weft_record),
            Name(name) => Ident::new(&name, Span::call_site()),
        };
        return parse_quote!(::#name);
    }
    match proc_macro_crate::crate_name("weft") {
        Ok(Name(name)) => {
            let name = Ident::new(&name, Span::call_site());
            parse_quote!(::#name::record)
        }
        Ok(Itself) => parse_quote!(::weft::record),
        Err(_) => parse_quote!(::weft_record),
    }
}

fn name(literal: &LitStr) -> Result<String> {
    match literal.value() {
        name if name.is_empty() => Err(syn::Error::new(literal.span(), "the name of a record type cannot be empty")),
        name => Ok(name),
    }
}

/// The tag of a variant, when given.
pub(crate) fn tag(attributes: &[Attribute]) -> Result<Option<u32>> {
    let mut tag = None;
    each(attributes, |meta| {
        if meta.path.is_ident("tag") {
            tag = Some(meta.value()?.parse::<LitInt>()?.base10_parse()?);
            Ok(())
        } else {
            Err(meta.error("a variant takes `tag = N`"))
        }
    })?;
    Ok(tag)
}

/// Refuses attributes where none has a meaning.
pub(crate) fn none(attributes: &[Attribute]) -> Result<()> {
    each(attributes, |meta| Err(meta.error("a field takes no `record` attribute: every field is part of the record")))
}

fn each(attributes: &[Attribute], mut parse: impl FnMut(ParseNestedMeta<'_>) -> Result<()>) -> Result<()> {
    attributes.iter().filter(|a| a.path().is_ident("record")).try_for_each(|a| a.parse_nested_meta(&mut parse))
}
