//! The note by which this file is recognised as a program of Weft, which a program has from crate `weft`.

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

#[expect(unsafe_code, reason = "placing data into a section has no safe spelling")]
#[used]
#[unsafe(link_section = ".note.weft")]
static NOTE: Note = Note {
    owner_bytes: NOTE_OWNER.len() as u32 + 1,
    content_bytes: NOTE_BYTES as u32,
    kind: NOTE_TYPE,
    owner: *b"Weft\0\0\0\0",
    protocol: PROTOCOL,
    version: *b"0.0.0-test\0\0\0\0\0\0",
};
