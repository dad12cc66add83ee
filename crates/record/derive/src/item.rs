//! The type a macro was put on, as far as it can be a record.

use crate::attributes::{self, TypeAttributes};
use crate::fields::FieldList;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use std::collections::BTreeMap;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Error, GenericParam, Generics, Ident, Path, Result, parse_quote};

pub(crate) struct Item {
    pub(crate) ident: Ident,
    pub(crate) krate: Path,
    /// The name in the schema, without arguments.
    pub(crate) name: String,
    pub(crate) generics: Generics,
    pub(crate) body: Body,
}

pub(crate) enum Body {
    Struct(FieldList),
    Enum(Vec<Variant>),
}

pub(crate) struct Variant {
    pub(crate) ident: Ident,
    pub(crate) tag: u32,
    pub(crate) fields: FieldList,
}

impl Variant {
    /// The name in the schema.
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }
}

impl Item {
    pub(crate) fn parse(input: &DeriveInput) -> Result<Self> {
        if let Some(lifetime) = input.generics.lifetimes().next() {
            let message = "a record owns its data and cannot borrow: use `Str` or `String` for text, `Vec` for slices";
            return Err(Error::new_spanned(lifetime, message));
        }
        let TypeAttributes { krate, name } = TypeAttributes::parse(&input.attrs)?;
        let body = match &input.data {
            Data::Struct(data) => Body::Struct(FieldList::parse(&data.fields)?),
            Data::Enum(data) => Body::Enum(variants(input, data)?),
            Data::Union(data) => {
                let message = "a union cannot be a record: nothing tells which of its fields is valid; use an enum";
                return Err(Error::new(data.union_token.span, message));
            }
        };
        let name = name.unwrap_or_else(|| input.ident.unraw().to_string());
        Ok(Item { ident: input.ident.clone(), krate, name, generics: input.generics.clone(), body })
    }

    /// The head of an `impl` of `trait_name`, with that trait required of every type parameter.
    pub(crate) fn implement(&self, trait_name: &Ident, members: &Tokens) -> Tokens {
        let (Item { ident, krate, .. }, mut generics) = (self, self.generics.clone());
        for parameter in generics.type_params_mut() {
            parameter.bounds.push(parse_quote!(#krate::#trait_name));
        }
        let (parameters, arguments, conditions) = generics.split_for_impl();
        quote! {
            #[automatically_derived]
            #[allow(unused_variables, unused_mut, clippy::all)]
            impl #parameters #krate::#trait_name for #ident #arguments #conditions {
                #members
            }
        }
    }

    /// What stands in angle brackets after the name in the schema: an expression for each type and constant.
    pub(crate) fn arguments(&self) -> Vec<Tokens> {
        let krate = &self.krate;
        let text = |parameter: &GenericParam| match parameter {
            GenericParam::Type(t) => {
                let ident = &t.ident;
                let described = quote!(<#ident as #krate::Record>::describe(schema));
                Some(quote!(#krate::derive_support::ToString::to_string(&#described)))
            }
            GenericParam::Const(c) => {
                let ident = &c.ident;
                Some(quote!(#krate::derive_support::ToString::to_string(&#ident)))
            }
            GenericParam::Lifetime(_) => None,
        };
        self.generics.params.iter().filter_map(text).collect()
    }
}

fn variants(input: &DeriveInput, data: &syn::DataEnum) -> Result<Vec<Variant>> {
    if data.variants.is_empty() {
        return Err(Error::new_spanned(&input.ident, "an enum without variants has no values and cannot be a record"));
    }
    let mut taken = BTreeMap::new();
    let mut variants = Vec::new();
    for (index, variant) in (0..).zip(&data.variants) {
        let tag = attributes::tag(&variant.attrs)?.unwrap_or(index);
        if let Some(other) = taken.insert(tag, &variant.ident) {
            let message =
                format!("tag {tag} is already that of `{other}`: give each variant its own `#[record(tag = N)]`");
            return Err(Error::new_spanned(variant, message));
        }
        variants.push(Variant { ident: variant.ident.clone(), tag, fields: FieldList::parse(&variant.fields)? });
    }
    Ok(variants)
}
