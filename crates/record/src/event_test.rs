//! The bytes of events, which are frozen.

use super::{CheckpointBarrier, StreamEvent};
use crate::{Decoder, Record};

#[test]
fn golden_event_bytes() {
    let barrier = CheckpointBarrier { checkpoint: 7, timestamp_ms: -1 };
    let marker = StreamEvent::LatencyMarker { marked_ms: 1, operator: 0x0102_0304_0506_0708, subtask: 9 };
    let rows = [
        (StreamEvent::Watermark(258), "000201000000000000"),
        (StreamEvent::Idle, "01"),
        (StreamEvent::Active, "02"),
        (StreamEvent::Barrier(barrier), "030700000000000000ffffffffffffffff"),
        (marker, "040100000000000000080706050403020109000000"),
        (StreamEvent::EndOfInput, "05"),
    ];
    for (event, hex) in rows {
        let mut bytes = Vec::new();
        event.encode(&mut bytes);
        assert_eq!(bytes.iter().map(|b| format!("{b:02x}")).collect::<String>(), hex);
        assert_eq!(StreamEvent::decode(&mut Decoder::new(&bytes)), Ok(event));
        assert!(StreamEvent::decode(&mut Decoder::new(&bytes[..bytes.len() - 1])).is_err());
    }
    assert!(StreamEvent::decode(&mut Decoder::new(&[6])).is_err());
}
