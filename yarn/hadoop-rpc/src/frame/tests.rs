//! Frames of a conversation with a server of Hadoop 3.4.1.

use super::*;
use crate::proto::rpc::UserInformation;
use proptest::prelude::*;

const PROTOCOL: &str = "org.apache.hadoop.yarn.api.ApplicationMasterProtocolPB";
const CLIENT_ID: ClientId = *b"sixteen bytes it";

/// Bytes from hex digits, `@` for the client's id and `#` for the protocol's name.
fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut high = None;
    for character in text.chars() {
        match (character, high) {
            ('@', _) => bytes.extend(CLIENT_ID),
            ('#', _) => bytes.extend(PROTOCOL.bytes()),
            (digit, None) => high = digit.to_digit(16),
            (digit, Some(first)) if digit.is_ascii_hexdigit() => {
                bytes.push((first << 4 | digit.to_digit(16).unwrap()) as u8);
                high = None;
            }
            _ => {}
        }
    }
    bytes
}

fn context_of(user: UserInformation) -> Bytes {
    context(&CLIENT_ID, &ConnectionContext { user: Some(user), protocol: Some(PROTOCOL.to_owned()) })
}

#[test]
fn golden_frames_of_a_client() {
    assert_eq!(preamble(AUTH_SASL).to_vec(), bytes("687270630900df"));
    let negotiate = SaslMessage { state: SaslState::Negotiate as i32, ..SaslMessage::default() };
    assert_eq!(sasl(&negotiate), bytes("0000000e 0a 0802 1000 1841 2200 2801 02 1001"));
    let of_token = bytes("00000056 1a 0802 1000 1805 2210 @ 2801 3a 1200 1a36 #");
    assert_eq!(context_of(UserInformation::default()), of_token);
    let alice = UserInformation { effective_user: Some("alice".to_owned()), real_user: None };
    let simple = bytes("0000005d 1a 0802 1000 1805 2210 @ 2801 41 1207 0a05616c696365 1a36 #");
    assert_eq!(context_of(alice), simple);
    assert_eq!(ping(&CLIENT_ID), bytes("0000001b 1a 0802 1000 1807 2210 @ 2801"));
    let allocate = CallHeader { method: "allocate".to_owned(), protocol: PROTOCOL.to_owned(), protocol_version: 1 };
    let golden = bytes("00000063 1a 0802 1000 1800 2210 @ 2800 44 0a08 616c6c6f63617465 1236 # 1801 02 2000");
    assert_eq!(call(0, &CLIENT_ID, 0, &allocate, &bytes("02 2000")), golden);
}

#[test]
fn golden_frames_of_a_server() {
    let negotiate = bytes("0e 08dfffffff0f 1000 1809 3a00 4001 02 1001");
    let Reply::Result { call_id: SASL_CALL, body } = reply(negotiate.into(), &CLIENT_ID).unwrap() else {
        panic!("another reply")
    };
    assert_eq!(message::<SaslMessage>(body).unwrap().state, SaslState::Negotiate as i32);
    let mut decoder = FrameDecoder::new(1 << 10);
    let frame = bytes("00000020 1a 0802 1000 1809 3a10 @ 4000 04 1001 3801");
    // However the bytes are cut, the frame is the same.
    for byte in frame {
        assert_eq!(decoder.next(), Ok(None));
        decoder.append(&[byte]);
    }
    let body = decoder.next().unwrap().unwrap();
    assert!(decoder.is_empty());
    let Reply::Result { call_id: 2, body } = reply(body, &CLIENT_ID).unwrap() else { panic!("another reply") };
    assert_eq!(body.to_vec(), bytes("04 1001 3801"));
}

proptest! {
    #[test]
    fn no_reply_is_too_strange(body: Vec<u8>) {
        if let Ok(Reply::Result { body, .. }) = reply(body.into(), &CLIENT_ID) {
            let _ = message::<SaslMessage>(body);
        }
    }
}
