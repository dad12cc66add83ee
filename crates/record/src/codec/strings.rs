//! Strings.

use crate::codec::put_varint;
use crate::text::Window;
use crate::{DecodeError, Decoder, Record, SchemaBuilder, Str, Type};

/// Appends a string as every string type encodes: the length in bytes as varint, then UTF-8.
#[inline]
pub fn put_str(text: &str, out: &mut Vec<u8>) {
    put_varint(text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

fn take_str<'a>(input: &mut Decoder<'a>) -> Result<&'a str, DecodeError> {
    let length = input.length("string")?;
    let at = input.position();
    let bytes = input.take(length, "string")?;
    str::from_utf8(bytes).map_err(|e| DecodeError::Invalid { at: at + e.valid_up_to(), what: "string" })
}

#[inline(never)]
fn put_long(text: &str, out: &mut Vec<u8>) {
    put_str(text, out);
}

/// Text that is long, not ASCII or near the end of the input.
#[inline(never)]
fn decode_slowly(input: &mut Decoder<'_>) -> Result<Str, DecodeError> {
    let slab = input.slab();
    let text = take_str(input)?;
    Ok(match slab {
        Some(slab) => slab.share(text),
        None => Str::from(text),
    })
}

impl Record for String {
    #[inline(always)]
    fn encode(&self, out: &mut Vec<u8>) {
        put_str(self, out);
    }

    #[inline(always)]
    fn decode(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        take_str(input).map(str::to_owned)
    }

    fn describe(_: &mut SchemaBuilder) -> Type {
        Type::String
    }

    #[inline]
    fn heap_bytes(&self) -> usize {
        self.capacity()
    }
}

impl Record for Str {
    #[inline(always)]
    fn encode(&self, out: &mut Vec<u8>) {
        let Some(encoded) = self.inline_encoded() else { return put_long(self, out) };
        // A copy of constant length is a few stores; one of the true length would be a call.
        let end = out.len() + 1 + self.len();
        out.extend_from_slice(encoded.as_flattened());
        out.truncate(end);
    }

    #[inline(always)]
    fn decode(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        // Most words: short, ASCII, and with 24 readable bytes from their beginning on.
        if let Some((&length, rest)) = input.rest().split_first()
            && let Some(word) = rest.first_chunk().and_then(|w| Window::new(w, usize::from(length)))
            && let Some(word) = word.ascii()
        {
            input.take(1 + usize::from(length), "string")?;
            return Ok(word);
        }
        Ok(decode_slowly(input)?.word_by_word())
    }

    fn describe(_: &mut SchemaBuilder) -> Type {
        Type::String
    }

    fn detach(&mut self) {
        Str::detach(self);
    }

    #[inline]
    fn heap_bytes(&self) -> usize {
        if self.is_inline() { 0 } else { self.len() }
    }
}
