//! Records as text.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{Display, Write};

use weft_record::{Decimal, Str, Timestamp};

/// How a record is printed and written to text files: strings as they are, numbers in decimal, tuples as `(to,1)`, lists as
/// `[a, b]`, maps as `{k=v, l=w}`, an absent value as `null`, a moment in milliseconds since 1970.
///
/// ```
/// use weft_connectors::TextFormat;
///
/// struct Reading { sensor: u32, celsius: f64 }
///
/// impl TextFormat for Reading {
///     fn write_text(&self, out: &mut String) {
///         (self.sensor, self.celsius).write_text(out);
///     }
/// }
///
/// assert_eq!(Reading { sensor: 7, celsius: 21.0 }.to_text(), "(7,21.0)");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no text form, so it cannot be printed or written to a text file",
    label = "does not implement `TextFormat`",
    note = "implement `weft_connectors::TextFormat` for it, or map it to a string or a tuple first"
)]
pub trait TextFormat {
    /// Appends the text of this record.
    fn write_text(&self, out: &mut String);

    /// The text of this record by itself.
    fn to_text(&self) -> String {
        let mut text = String::new();
        self.write_text(&mut text);
        text
    }
}

fn push(out: &mut String, value: impl Display) {
    // Writing to a string does not fail.
    let _ = write!(out, "{value}");
}

macro_rules! as_text {
    ($($t:ty),*) => { $(
        impl TextFormat for $t {
            fn write_text(&self, out: &mut String) {
                out.push_str(self);
            }
        }
    )* };
}

macro_rules! as_displayed {
    ($($t:ty),*) => { $(
        impl TextFormat for $t {
            fn write_text(&self, out: &mut String) {
                push(out, self);
            }
        }
    )* };
}

as_text!(str, String, Str);
as_displayed!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, bool, char, Decimal);

macro_rules! floats {
    ($($t:ty),*) => { $(
        impl TextFormat for $t {
            /// With a point or an exponent always, so that it can be told from a whole number.
            fn write_text(&self, out: &mut String) {
                let _ = write!(out, "{self:?}");
            }
        }
    )* };
}

floats!(f32, f64);

impl TextFormat for Timestamp {
    fn write_text(&self, out: &mut String) {
        push(out, self.millis());
    }
}

impl TextFormat for () {
    fn write_text(&self, out: &mut String) {
        out.push_str("()");
    }
}

impl<T: TextFormat + ?Sized> TextFormat for &T {
    fn write_text(&self, out: &mut String) {
        (**self).write_text(out);
    }
}

impl<T: TextFormat + ?Sized> TextFormat for Box<T> {
    fn write_text(&self, out: &mut String) {
        (**self).write_text(out);
    }
}

impl<T: TextFormat> TextFormat for Option<T> {
    fn write_text(&self, out: &mut String) {
        match self {
            Some(value) => value.write_text(out),
            None => out.push_str("null"),
        }
    }
}

/// Writes items between brackets.
fn write_list<I>(out: &mut String, brackets: [char; 2], items: I, mut write: impl FnMut(I::Item, &mut String))
where
    I: Iterator,
{
    let [open, close] = brackets;
    out.push(open);
    for (i, item) in items.enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write(item, out);
    }
    out.push(close);
}

impl<T: TextFormat> TextFormat for [T] {
    fn write_text(&self, out: &mut String) {
        write_list(out, ['[', ']'], self.iter(), T::write_text);
    }
}

impl<T: TextFormat> TextFormat for Vec<T> {
    fn write_text(&self, out: &mut String) {
        self.as_slice().write_text(out);
    }
}

impl<T: TextFormat, const N: usize> TextFormat for [T; N] {
    fn write_text(&self, out: &mut String) {
        self.as_slice().write_text(out);
    }
}

fn write_entry<K: TextFormat, V: TextFormat>((key, value): (&K, &V), out: &mut String) {
    key.write_text(out);
    out.push('=');
    value.write_text(out);
}

impl<K: TextFormat, V: TextFormat> TextFormat for BTreeMap<K, V> {
    fn write_text(&self, out: &mut String) {
        write_list(out, ['{', '}'], self.iter(), write_entry);
    }
}

impl<K: TextFormat, V: TextFormat, S> TextFormat for HashMap<K, V, S> {
    fn write_text(&self, out: &mut String) {
        write_list(out, ['{', '}'], self.iter(), write_entry);
    }
}

macro_rules! tuples {
    ($(($first:ident $($t:ident)*))*) => { $(
        impl<$first: TextFormat, $($t: TextFormat),*> TextFormat for ($first, $($t,)*) {
            #[allow(non_snake_case, reason = "fields are named after their types")]
            fn write_text(&self, out: &mut String) {
                let ($first, $($t,)*) = self;
                out.push('(');
                $first.write_text(out);
                $(
                    out.push(',');
                    $t.write_text(out);
                )*
                out.push(')');
            }
        }
    )* };
}

tuples! {
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E F)
    (A B C D E F G)
    (A B C D E F G H)
    (A B C D E F G H I)
    (A B C D E F G H I J)
    (A B C D E F G H I J K)
    (A B C D E F G H I J K L)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_read_as_documented() {
        let table: &[(&dyn TextFormat, &str)] = &[
            (&(Str::from("to"), 1u64), "(to,1)"),
            (&"a line", "a line"),
            (&String::from("ä"), "ä"),
            (&-5i8, "-5"),
            (&1.0f64, "1.0"),
            (&0.1f32, "0.1"),
            (&true, "true"),
            (&'x', "x"),
            (&Some(3), "3"),
            (&None::<u8>, "null"),
            (&vec!["a", "b"], "[a, b]"),
            (&Vec::<u8>::new(), "[]"),
            (&(1, (2, "x"), vec![3]), "(1,(2,x),[3])"),
            (&BTreeMap::from([("a", 1), ("b", 2)]), "{a=1, b=2}"),
            (&Timestamp(1_000), "1000"),
            (&(), "()"),
            (&(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), "(1,2,3,4,5,6,7,8,9,10,11,12)"),
        ];
        for (record, expected) in table {
            assert_eq!(record.to_text(), *expected);
        }
    }
}
