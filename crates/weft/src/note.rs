//! The note in every program that is linked with this crate: by it the program is recognised without being run. Its bytes are described
//! where they are read, in `weft_rpc::program::note`.

use weft_rpc::program::note::{NOTE_BYTES, NOTE_OWNER, NOTE_TYPE, PROTOCOL};

#[repr(C, align(4))]
struct Note {
    owner_bytes: u32,
    content_bytes: u32,
    kind: u32,
    owner: [u8; 8],
    protocol: u32,
    version: [u8; NOTE_BYTES - 4],
}

// Not a piece of code: the attribute is unsafe because it could also put code into a section that is executed.
#[expect(unsafe_code, reason = "placing data into a section has no safe spelling")]
#[used]
#[unsafe(link_section = ".note.weft")]
static NOTE: Note = Note {
    owner_bytes: NOTE_OWNER.len() as u32 + 1,
    content_bytes: NOTE_BYTES as u32,
    kind: NOTE_TYPE,
    owner: padded(NOTE_OWNER),
    protocol: PROTOCOL,
    version: padded(env!("CARGO_PKG_VERSION").as_bytes()),
};

/// Cut off, or filled up with zeros; the last byte is always one.
const fn padded<const N: usize>(text: &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    let mut index = 0;
    while index < text.len() && index + 1 < N {
        bytes[index] = text[index];
        index += 1;
    }
    bytes
}
