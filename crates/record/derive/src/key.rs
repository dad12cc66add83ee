//! `impl Key`.

use crate::fields::FieldList;
use crate::item::{Body, Item, Variant};
use proc_macro2::{Span, TokenStream as Tokens};
use quote::quote;
use syn::{Ident, Path};

pub(crate) fn implement(item: &Item) -> Tokens {
    let members = match &item.body {
        Body::Struct(fields) => of_struct(&item.krate, fields),
        Body::Enum(variants) => of_enum(&item.krate, variants),
    };
    item.implement(&Ident::new("Key", Span::call_site()), &members)
}

fn of_struct(krate: &Path, fields: &FieldList) -> Tokens {
    let size = fields.size(krate, &quote!(Key > ::CANONICAL_SIZE));
    let (pattern, bindings) = (fields.pattern("f"), fields.bindings("f"));
    let (other, others) = (fields.pattern("g"), fields.bindings("g"));
    quote! {
        const CANONICAL_SIZE: ::core::option::Option<usize> = #size;

        #[inline]
        fn write_canonical(&self, out: &mut ::std::vec::Vec<u8>) {
            let Self #pattern = self;
            #(#krate::Key::write_canonical(#bindings, out);)*
        }

        #[inline]
        fn write_canonical_fixed(&self, out: &mut [u8]) {
            let Self #pattern = self;
            #(let out = #krate::derive_support::put_canonical(#bindings, out);)*
        }

        #[inline]
        fn same_key(&self, other: &Self) -> bool {
            let (Self #pattern, Self #other) = (self, other);
            true #(&& #krate::Key::same_key(#bindings, #others))*
        }
    }
}

fn of_enum(krate: &Path, variants: &[Variant]) -> Tokens {
    let sizes = variants.iter().map(|v| v.fields.size(krate, &quote!(Key > ::CANONICAL_SIZE)));
    let idents: Vec<_> = variants.iter().map(|v| &v.ident).collect();
    let tags: Vec<_> = variants.iter().map(|v| v.tag).collect();
    let patterns: Vec<_> = variants.iter().map(|v| v.fields.pattern("f")).collect();
    let bindings: Vec<_> = variants.iter().map(|v| v.fields.bindings("f")).collect();
    let other_patterns = variants.iter().map(|v| v.fields.pattern("g"));
    let others = variants.iter().map(|v| v.fields.bindings("g"));
    quote! {
        const CANONICAL_SIZE: ::core::option::Option<usize> = #krate::derive_support::canonical_enum(&[#(#sizes),*]);

        #[inline]
        fn write_canonical(&self, out: &mut ::std::vec::Vec<u8>) {
            match self {
                #(Self::#idents #patterns => {
                    out.extend_from_slice(&#tags.to_le_bytes());
                    #(#krate::Key::write_canonical(#bindings, out);)*
                })*
            }
        }

        #[inline]
        fn write_canonical_fixed(&self, out: &mut [u8]) {
            match self {
                #(Self::#idents #patterns => {
                    let out = #krate::derive_support::put_canonical_tag(#tags, out);
                    #(let out = #krate::derive_support::put_canonical(#bindings, out);)*
                })*
            }
        }

        #[inline]
        fn same_key(&self, other: &Self) -> bool {
            match (self, other) {
                #((Self::#idents #patterns, Self::#idents #other_patterns) =>
                    true #(&& #krate::Key::same_key(#bindings, #others))*,)*
                _ => false,
            }
        }
    }
}
