//! Cuts frames: nothing may rely on how records are packed.

use super::dice::Dice;
use super::row::Row;
use weft_exchange::{Frame, FrameKind};
use weft_record::{Decoder, Record};

const FRAGMENT: u8 = 4;
const LAST: u8 = 8;
const KEYED: u8 = 2;
const TIMED: u8 = 1;

/// `frame` in two, between two records where there are several, or through the middle of one; or as it is.
pub(super) fn cut(frame: Frame, dice: &mut Dice) -> Vec<Frame> {
    let length = frame.body().len();
    if length < 2 {
        return vec![frame];
    }
    let whole = frame.kind() == FrameKind::Records;
    if whole && frame.records() > 1 && dice.one_in(2) {
        let records = dice.between(1, u64::from(frame.records()) - 1) as u32;
        let at = border(&frame, records);
        return vec![part(&frame, 0..at, records, 0), part(&frame, at..length, frame.records() - records, 0)];
    }
    let at = dice.between(1, length as u64 - 1) as usize;
    let last = if frame.kind() == (FrameKind::Fragment { last: false }) { 0 } else { LAST };
    vec![part(&frame, 0..at, 0, FRAGMENT), part(&frame, at..length, frame.records(), FRAGMENT | last)]
}

/// Where the first `records` entries end.
fn border(frame: &Frame, records: u32) -> usize {
    let flags = frame.header()[0];
    let head = 8 * ((flags & KEYED != 0) as usize + (flags & TIMED != 0) as usize);
    let mut decoder = Decoder::new(frame.body());
    for _ in 0..records {
        for _ in 0..head {
            u8::decode(&mut decoder).unwrap();
        }
        Row::decode(&mut decoder).unwrap();
    }
    decoder.position()
}

/// A piece. What the frame costs in credit beyond its bytes is paid by the last.
fn part(frame: &Frame, range: std::ops::Range<usize>, records: u32, flags: u8) -> Frame {
    let mut header = frame.header();
    let charge = if range.end == frame.body().len() { frame.charge() - range.start } else { range.len() };
    header[0] = header[0] & (TIMED | KEYED) | flags;
    let fields = [records, range.len() as u32, charge as u32];
    header[4..].chunks_exact_mut(4).zip(fields).for_each(|(to, field)| to.copy_from_slice(&field.to_le_bytes()));
    Frame::from_parts(&header, frame.body()[range].to_vec()).unwrap()
}
