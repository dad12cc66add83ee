//! Optional, fallible and boxed values.

use crate::{DecodeError, Decoder, Encoder, Record, SchemaBuilder, Type};

impl<T: Record> Record for Option<T> {
    #[inline]
    fn encode_to(&self, out: &mut Encoder<'_>) {
        out.put([u8::from(self.is_some())]);
        if let Some(value) = self {
            value.encode_to(out);
        }
    }

    #[inline]
    fn decode(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let at = input.position();
        match input.byte("option")? {
            0 => Ok(None),
            1 => T::decode(input).map(Some),
            _ => Err(DecodeError::Invalid { at, what: "option" }),
        }
    }

    fn describe(schema: &mut SchemaBuilder) -> Type {
        Type::Option(Box::new(T::describe(schema)))
    }

    fn detach(&mut self) {
        self.iter_mut().for_each(T::detach);
    }

    #[inline]
    fn heap_bytes(&self) -> usize {
        self.as_ref().map_or(0, T::heap_bytes)
    }
}

impl<T: Record, E: Record> Record for Result<T, E> {
    #[inline]
    fn encode_to(&self, out: &mut Encoder<'_>) {
        out.put([u8::from(self.is_err())]);
        match self {
            Ok(value) => value.encode_to(out),
            Err(error) => error.encode_to(out),
        }
    }

    #[inline]
    fn decode(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let at = input.position();
        match input.byte("result")? {
            0 => T::decode(input).map(Ok),
            1 => E::decode(input).map(Err),
            _ => Err(DecodeError::Invalid { at, what: "result" }),
        }
    }

    fn describe(schema: &mut SchemaBuilder) -> Type {
        Type::Result(Box::new(T::describe(schema)), Box::new(E::describe(schema)))
    }

    fn detach(&mut self) {
        match self {
            Ok(value) => value.detach(),
            Err(error) => error.detach(),
        }
    }

    fn heap_bytes(&self) -> usize {
        match self {
            Ok(value) => value.heap_bytes(),
            Err(error) => error.heap_bytes(),
        }
    }
}

impl<T: Record> Record for Box<T> {
    #[inline]
    fn encode_to(&self, out: &mut Encoder<'_>) {
        T::encode_to(self, out);
    }

    #[inline]
    fn decode(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        input.nested(|input| T::decode(input).map(Box::new))
    }

    fn describe(schema: &mut SchemaBuilder) -> Type {
        T::describe(schema)
    }

    fn detach(&mut self) {
        T::detach(self);
    }

    fn heap_bytes(&self) -> usize {
        size_of::<T>() + T::heap_bytes(self)
    }
}
