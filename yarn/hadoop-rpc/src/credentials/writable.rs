//! The primitives of Hadoop's Writable format.
//!
//! A VInt from -112 to 127 is one byte. Otherwise the first byte tells sign and length: -113 to -120 are followed by one to
//! eight bytes of a non-negative value, -121 to -128 by as many of the complement of a negative one, big-endian, as few as
//! will do. A text is its length as a VInt and its UTF-8.

/// What is wrong with bytes that should be Writables.
pub(super) type Defect = String;

/// Appends a VInt.
pub(super) fn put_vint(value: i64, to: &mut Vec<u8>) {
    if (-112..=127).contains(&value) {
        to.push(value as i8 as u8);
        return;
    }
    let (magnitude, base) = if value < 0 { (!value as u64, -120_i64) } else { (value as u64, -112) };
    let length = (8 - magnitude.leading_zeros() / 8) as usize;
    to.push((base - length as i64) as i8 as u8);
    to.extend(magnitude.to_be_bytes().iter().skip(8 - length));
}

/// Appends bytes behind their length.
pub(super) fn put_bytes(bytes: &[u8], to: &mut Vec<u8>) {
    put_vint(bytes.len() as i64, to);
    to.extend_from_slice(bytes);
}

/// Reads Writables from a slice.
pub(super) struct Input<'a>(pub(super) &'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Defect> {
        let (taken, rest) = self
            .0
            .split_at_checked(length)
            .ok_or_else(|| format!("{length} bytes are announced and {} are left", self.0.len()))?;
        self.0 = rest;
        Ok(taken)
    }

    /// A VInt.
    pub(super) fn vint(&mut self) -> Result<i64, Defect> {
        let first = i64::from(self.take(1)?.first().map_or(0, |byte| *byte as i8));
        let (length, negative) = match first {
            -112.. => return Ok(first),
            -120.. => (-112 - first, false),
            _ => (-120 - first, true),
        };
        let bytes = self.take(length as usize)?;
        let magnitude = bytes.iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte)) as i64;
        Ok(if negative { !magnitude } else { magnitude })
    }

    /// A count or length that is not negative.
    pub(super) fn length(&mut self) -> Result<usize, Defect> {
        let value = self.vint()?;
        usize::try_from(value).map_err(|_| format!("a length is {value}"))
    }

    /// Bytes behind their length.
    pub(super) fn bytes(&mut self) -> Result<&'a [u8], Defect> {
        let length = self.length()?;
        self.take(length)
    }

    /// A text.
    pub(super) fn text(&mut self) -> Result<String, Defect> {
        let bytes = self.bytes()?;
        std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| "a name is not UTF-8".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn golden_vints() {
        let table: [(i64, &[u8]); 9] = [
            (0, &[0]),
            (127, &[127]),
            (-112, &[0x90]),
            (128, &[0x8f, 0x80]),
            (255, &[0x8f, 0xff]),
            (256, &[0x8e, 1, 0]),
            (-113, &[0x87, 0x70]),
            (i64::MAX, &[0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            (i64::MIN, &[0x80, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        ];
        for (value, bytes) in table {
            let mut written = Vec::new();
            put_vint(value, &mut written);
            assert_eq!(written, bytes, "{value}");
            assert_eq!(Input(bytes).vint(), Ok(value));
        }
    }

    proptest! {
        #[test]
        fn vints_come_back(value: i64) {
            let mut written = Vec::new();
            put_vint(value, &mut written);
            let mut input = Input(&written);
            prop_assert_eq!(input.vint(), Ok(value));
            prop_assert!(input.0.is_empty());
        }
    }
}
