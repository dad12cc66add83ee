//! The fields of a struct or variant.

use crate::attributes;
use proc_macro2::TokenStream as Tokens;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Fields, Ident, Path, Result, Type};

/// Fields in order of declaration. Generated code refers to them by bindings `f0`, `f1`, …, so that no field's name
/// can meet a name of its own.
pub(crate) struct FieldList {
    kind: Kind,
    fields: Vec<Field>,
}

enum Kind {
    Named,
    Tuple,
    Unit,
}

struct Field {
    ident: Option<Ident>,
    ty: Type,
}

impl FieldList {
    pub(crate) fn parse(fields: &Fields) -> Result<Self> {
        fields.iter().try_for_each(|field| attributes::none(&field.attrs))?;
        let kind = match fields {
            Fields::Named(_) => Kind::Named,
            Fields::Unnamed(_) => Kind::Tuple,
            Fields::Unit => Kind::Unit,
        };
        let fields = fields.iter().map(|f| Field { ident: f.ident.clone(), ty: f.ty.clone() }).collect();
        Ok(FieldList { kind, fields })
    }

    /// The names of the bindings, with a prefix where two values of the type are looked at.
    pub(crate) fn bindings(&self, prefix: &str) -> Vec<Ident> {
        (0..self.fields.len()).map(|i| format_ident!("{prefix}{i}")).collect()
    }

    /// The types, in order.
    pub(crate) fn types(&self) -> impl Iterator<Item = &Type> {
        self.fields.iter().map(|field| &field.ty)
    }

    /// What stands after the name of the type or variant in a pattern that binds each field, or in an expression that
    /// gives each field a value.
    pub(crate) fn with(&self, values: &[Tokens]) -> Tokens {
        let names = self.fields.iter().map(|field| &field.ident);
        match self.kind {
            Kind::Named => quote!({ #(#names: #values),* }),
            Kind::Tuple => quote!(( #(#values),* )),
            Kind::Unit => quote!(),
        }
    }

    /// The pattern that binds the fields.
    pub(crate) fn pattern(&self, prefix: &str) -> Tokens {
        self.with(&self.bindings(prefix).iter().map(|binding| quote!(#binding)).collect::<Vec<_>>())
    }

    /// An expression for the constant size of the fields; `constant` is the rest of the path to that of one field.
    pub(crate) fn size(&self, krate: &Path, constant: &Tokens) -> Tokens {
        let types = self.types();
        quote!(#krate::derive_support::fixed_sum(&[#(<#types as #krate::#constant),*]))
    }

    /// An expression for the `Fields` of the schema.
    pub(crate) fn describe(&self, krate: &Path) -> Tokens {
        let types = self.types().map(|ty| quote!(<#ty as #krate::Record>::describe(schema)));
        match self.kind {
            Kind::Unit => quote!(#krate::Fields::Unit),
            Kind::Tuple => quote!(#krate::Fields::Tuple(#krate::derive_support::vec![#(#types),*])),
            Kind::Named => {
                let names = self.fields.iter().flat_map(|f| &f.ident).map(|ident| ident.unraw().to_string());
                let name = quote!(#krate::derive_support::ToString::to_string);
                let fields = quote!(#(#krate::Field { name: #name(#names), r#type: #types }),*);
                quote!(#krate::Fields::Named(#krate::derive_support::vec![#fields]))
            }
        }
    }
}
