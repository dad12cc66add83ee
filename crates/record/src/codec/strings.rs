//! Strings.

use crate::text::Window;
use crate::{DecodeError, Decoder, Encoder, Record, SchemaBuilder, Str, Type};

fn take_str<'a>(input: &mut Decoder<'a>) -> Result<&'a str, DecodeError> {
    let length = input.length("string")?;
    let at = input.position();
    let bytes = input.take(length, "string")?;
    str::from_utf8(bytes).map_err(|e| DecodeError::Invalid { at: at + e.valid_up_to(), what: "string" })
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
    fn encode_to(&self, out: &mut Encoder<'_>) {
        out.put_str(self);
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
    fn encode_to(&self, out: &mut Encoder<'_>) {
        match self.inline_encoded() {
            Some(encoded) => out.put_first(encoded, 1 + self.len()),
            None => out.put_str(self),
        }
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
        Ok(input.apart(decode_slowly)?.word_by_word())
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
