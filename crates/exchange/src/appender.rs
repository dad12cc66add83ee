//! Values appended to a vector one by one.
//!
//! A vector keeps its length in memory, where each push waits for the one before. An appender keeps it in a register and
//! tells the vector when it goes, also by a panic or an early return.

#![allow(unsafe_code)]

/// Appends to a vector.
pub(crate) struct Appender<'a, T> {
    values: &'a mut Vec<T>,
    /// Invariant: not above the vector's capacity, and so many values are initialised.
    len: usize,
    capacity: usize,
}

impl<'a, T> Appender<'a, T> {
    /// Appends to `values`, first making room for `room` more.
    #[inline(always)]
    pub(crate) fn new(values: &'a mut Vec<T>, room: usize) -> Self {
        values.reserve(room);
        let (len, capacity) = (values.len(), values.capacity());
        Appender { values, len, capacity }
    }

    /// Appends `value`.
    #[inline(always)]
    pub(crate) fn push(&mut self, value: T) {
        if self.len == self.capacity {
            // SAFETY: so many values are initialised, and no more than the vector has room for.
            unsafe { self.values.set_len(self.len) };
            self.capacity = grow(self.values);
        }
        // SAFETY: `len` lies below the capacity, so the place is in the buffer; what is there is no value yet.
        unsafe { self.values.as_mut_ptr().add(self.len).write(value) };
        self.len += 1;
    }
}

/// Apart from the appender, which so need not lie in memory.
#[cold]
#[inline(never)]
fn grow<T>(values: &mut Vec<T>) -> usize {
    values.reserve(1);
    values.capacity()
}

impl<T> Drop for Appender<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: so many values are initialised, and no more than the vector has room for: only `push` changes its buffer.
        unsafe { self.values.set_len(self.len) }
    }
}

#[cfg(test)]
mod tests {
    use super::Appender;

    #[test]
    fn what_was_appended_is_there_after_an_early_end() {
        let mut words = vec!["a".to_owned()];
        let result = (|| {
            let mut appender = Appender::new(&mut words, 1);
            for number in ["1", "2", "x"] {
                appender.push(number.parse::<u32>().map(|n| n.to_string())?);
            }
            Ok::<_, std::num::ParseIntError>(())
        })();
        assert!(result.is_err());
        assert_eq!(words, ["a", "1", "2"]);
    }
}
