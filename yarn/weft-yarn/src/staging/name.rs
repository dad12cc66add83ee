//! Artifacts are called by their content.

use std::fmt;
use std::str::FromStr;

use crate::launch::LaunchFile;

/// The SHA-256 of an artifact, and its length. The text, also the name of its file, is `<64 hex digits>-<length>`, with the suffix of an
/// archive behind it: by that nodes know how to unpack one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArtifactName {
    /// The hash.
    pub sha256: [u8; 32],
    /// The length in bytes.
    pub length: u64,
    /// `.tar.gz` and the like of an archive that is to be unpacked; empty for everything else.
    pub suffix: &'static str,
}

impl ArtifactName {
    /// The same as an archive that is called `file_name`.
    pub fn archive(self, file_name: &str) -> Self {
        ArtifactName { suffix: LaunchFile::archive_suffix(file_name), ..self }
    }

    /// Whether it is this, whatever it is to be done with.
    pub(super) fn is_same_content(self, other: ArtifactName) -> bool {
        (self.sha256, self.length) == (other.sha256, other.length)
    }
}

/// A text that names no artifact.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the name of an artifact: expected 64 hex digits, a hyphen and a length")]
pub struct NotAnArtifact(pub String);

impl fmt::Display for ArtifactName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sha256.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        write!(f, "-{}{}", self.length, self.suffix)
    }
}

impl FromStr for ArtifactName {
    type Err = NotAnArtifact;

    fn from_str(text: &str) -> Result<Self, NotAnArtifact> {
        parsed(text).ok_or_else(|| NotAnArtifact(text.chars().take(120).collect()))
    }
}

/// Only the one way in which a name is written: two names of one artifact would be two artifacts.
fn parsed(text: &str) -> Option<ArtifactName> {
    let (hash, rest) = text.split_once('-')?;
    let suffix = LaunchFile::archive_suffix(rest);
    let length = rest.strip_suffix(suffix)?.parse().ok()?;
    let name = ArtifactName { sha256: bytes_of(hash)?, length, suffix };
    (name.to_string() == text).then_some(name)
}

fn bytes_of(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if hex.len() != 2 * bytes.len() || !hex.is_ascii() {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(hex.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        let name = ArtifactName { sha256: [0xab; 32], length: 12, suffix: "" };
        assert_eq!(name.to_string(), format!("{}-12", "ab".repeat(32)));
        assert_eq!(name.to_string().parse(), Ok(name));
        let archive = name.archive("lib-1.2.tar.gz");
        assert_eq!(archive.to_string(), format!("{}-12.tar.gz", "ab".repeat(32)));
        assert_eq!(archive.to_string().parse(), Ok(archive));
        assert_eq!(name.archive("lib.txt"), name);
    }

    #[test]
    fn texts_that_name_nothing() {
        let hash = "ab".repeat(32);
        let texts = [String::new(), hash.clone(), format!("{hash}-"), format!("{hash}-012"), format!("{hash}-+1")];
        let others =
            [format!("{}-1", "AB".repeat(32)), format!("{}-1", "zz".repeat(32)), format!("{}-1", "\u{e4}".repeat(32))];
        for text in texts.iter().chain(&others) {
            assert!(text.parse::<ArtifactName>().is_err(), "{text}");
        }
    }
}
