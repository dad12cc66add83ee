//! `impl Record`.

use crate::fields::FieldList;
use crate::item::{Body, Item, Variant};
use proc_macro2::{Span, TokenStream as Tokens};
use quote::quote;
use syn::{Ident, Path};

/// Tags up to here take one byte as varint.
const ONE_BYTE: u32 = 0x7f;

pub(crate) fn implement(item: &Item) -> Tokens {
    let members = match &item.body {
        Body::Struct(fields) => of_struct(item, fields),
        Body::Enum(variants) => of_enum(item, variants),
    };
    let describe = describe(item);
    item.implement(&Ident::new("Record", Span::call_site()), &quote!(#members #describe))
}

fn of_struct(item: &Item, fields: &FieldList) -> Tokens {
    let (krate, name) = (&item.krate, &item.name);
    let size = fields.size(krate, &quote!(Record > ::FIXED_SIZE));
    let (pattern, bindings) = (fields.pattern("f"), fields.bindings("f"));
    let read = read(krate, &quote!(Self), fields);
    quote! {
        const FIXED_SIZE: ::core::option::Option<usize> = #size;

        #[inline]
        fn encode_to(&self, out: &mut #krate::Encoder<'_>) {
            match <Self as #krate::Record>::FIXED_SIZE {
                ::core::option::Option::Some(n) => #krate::derive_support::encode_block(self, n, out),
                ::core::option::Option::None => {
                    let Self #pattern = self;
                    #(#krate::Record::encode_to(#bindings, out);)*
                }
            }
        }

        #[inline]
        fn decode(input: &mut #krate::Decoder<'_>) -> ::core::result::Result<Self, #krate::DecodeError> {
            #krate::derive_support::decode_block(input, #name, |input| ::core::result::Result::Ok(#read))
        }

        #[inline]
        fn encode_fixed(&self, out: &mut [u8]) {
            let Self #pattern = self;
            #(let out = #krate::derive_support::put_fixed(#bindings, out);)*
        }

        #[inline]
        fn detach(&mut self) {
            let Self #pattern = self;
            #(#krate::Record::detach(#bindings);)*
        }

        #[inline]
        fn heap_bytes(&self) -> usize {
            let Self #pattern = self;
            0 #(+ #krate::Record::heap_bytes(#bindings))*
        }
    }
}

/// An expression that reads the fields of `constructor`.
fn read(krate: &Path, constructor: &Tokens, fields: &FieldList) -> Tokens {
    let values: Vec<_> = fields.types().map(|ty| quote!(<#ty as #krate::Record>::decode(input)?)).collect();
    let values = fields.with(&values);
    quote!(#constructor #values)
}

fn of_enum(item: &Item, variants: &[Variant]) -> Tokens {
    let (krate, name) = (&item.krate, &item.name);
    let size = enum_size(krate, variants);
    let idents: Vec<_> = variants.iter().map(|v| &v.ident).collect();
    let tags: Vec<_> = variants.iter().map(|v| u64::from(v.tag)).collect();
    let patterns: Vec<_> = variants.iter().map(|v| v.fields.pattern("f")).collect();
    let bindings: Vec<_> = variants.iter().map(|v| v.fields.bindings("f")).collect();
    let reads = variants.iter().map(|v| {
        let ident = &v.ident;
        read(krate, &quote!(Self::#ident), &v.fields)
    });
    quote! {
        const FIXED_SIZE: ::core::option::Option<usize> = #size;

        #[inline]
        fn encode_to(&self, out: &mut #krate::Encoder<'_>) {
            match self {
                #(Self::#idents #patterns => {
                    out.put_varint(#tags);
                    #(#krate::Record::encode_to(#bindings, out);)*
                })*
            }
        }

        #[inline]
        fn decode(input: &mut #krate::Decoder<'_>) -> ::core::result::Result<Self, #krate::DecodeError> {
            #krate::derive_support::decode_block(input, #name, |input| {
                let at = input.position();
                match input.varint(#name)? {
                    #(#tags => ::core::result::Result::Ok(#reads),)*
                    _ => ::core::result::Result::Err(#krate::DecodeError::Invalid { at, what: #name }),
                }
            })
        }

        #[inline]
        fn encode_fixed(&self, out: &mut [u8]) {
            match self {
                #(Self::#idents #patterns => {
                    let out = #krate::derive_support::put_fixed(&(#tags as u8), out);
                    #(let out = #krate::derive_support::put_fixed(#bindings, out);)*
                })*
            }
        }

        #[inline]
        fn detach(&mut self) {
            match self {
                #(Self::#idents #patterns => { #(#krate::Record::detach(#bindings);)* })*
            }
        }

        #[inline]
        fn heap_bytes(&self) -> usize {
            match self {
                #(Self::#idents #patterns => 0 #(+ #krate::Record::heap_bytes(#bindings))*,)*
            }
        }
    }
}

fn enum_size(krate: &Path, variants: &[Variant]) -> Tokens {
    if variants.iter().any(|v| v.tag > ONE_BYTE) {
        return quote!(::core::option::Option::None);
    }
    let sizes = variants.iter().map(|v| v.fields.size(krate, &quote!(Record > ::FIXED_SIZE)));
    quote!(#krate::derive_support::fixed_enum(1, &[#(#sizes),*]))
}

fn describe(item: &Item) -> Tokens {
    let (krate, name, arguments) = (&item.krate, &item.name, item.arguments());
    let shape = match &item.body {
        Body::Struct(fields) => {
            let fields = fields.describe(krate);
            quote!(#krate::Shape::Struct(#fields))
        }
        Body::Enum(variants) => {
            let (tags, names) = (variants.iter().map(|v| v.tag), variants.iter().map(Variant::name));
            let fields = variants.iter().map(|v| v.fields.describe(krate));
            let name = quote!(#krate::derive_support::ToString::to_string);
            let variants = quote!(#(#krate::Variant { tag: #tags, name: #name(#names), fields: #fields }),*);
            quote!(#krate::Shape::Enum(#krate::derive_support::vec![#variants]))
        }
    };
    quote! {
        fn describe(schema: &mut #krate::SchemaBuilder) -> #krate::Type {
            let arguments = [#(#arguments),*];
            schema.define::<Self>(#name, &arguments, |schema| #shape)
        }
    }
}
