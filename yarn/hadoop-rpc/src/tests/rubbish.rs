//! Bytes that are not Hadoop RPC: an error in good time, no panic, no memory.

use std::time::Duration;

use bytes::{BufMut, Bytes};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use prost::Message;

use super::fake::{Act, Fake, LogIn, Seen, echo_frame, framed, response_header, sasl_frame};
use super::log_in::{one_token, selector};
use super::{client, echo, options};
use crate::proto::rpc::{SaslState, Status};
use crate::{CredentialsWatch, Login, RpcError, RpcOptions};

/// Enough for a busy machine to fail by what was sent, little enough for bytes that look like half a frame.
fn hasty() -> RpcOptions {
    let limit = Duration::from_millis(150);
    RpcOptions { call_timeout: limit, connect_timeout: limit, ..options() }
}

/// Runs a property whose cases await.
fn check<T: std::fmt::Debug>(
    cases: u32,
    strategy: impl Strategy<Value = T>,
    case: impl AsyncFn(T) -> Result<(), TestCaseError>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(cases) });
    runner.run(&strategy, |value| runtime.block_on(case(value))).unwrap();
}

async fn answer_of(act: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> Result<String, RpcError> {
    let fake = Fake::simple(act).await;
    echo(&client(&[&fake.address], Login::simple("alice"), hasty()), "text").await
}

#[test]
fn rubbish_instead_of_a_reply() {
    check(64, any::<Vec<u8>>(), async |bytes| {
        let result = answer_of(move |_| Act::RawThenClose(bytes.clone())).await;
        prop_assert!(result.is_err());
        Ok(())
    });
}

#[test]
fn rubbish_in_a_frame_of_the_right_length() {
    check(64, any::<Vec<u8>>(), async |bytes| {
        let result = answer_of(move |_| Act::Raw(framed(&[&bytes]))).await;
        prop_assert!(result.is_err());
        Ok(())
    });
}

#[test]
fn a_reply_with_one_byte_changed() {
    check(64, (any::<prop::sample::Index>(), any::<u8>()), async |(at, byte)| {
        let result = answer_of(move |seen| {
            let mut frame = echo_frame(seen);
            let at = at.index(frame.len());
            frame[at] = byte;
            Act::RawThenClose(frame)
        })
        .await;
        // It may still be a reply, with another text.
        if let Ok(text) = result {
            prop_assert!(text.len() <= 16);
        }
        Ok(())
    });
}

#[test]
fn a_reply_cut_short() {
    check(32, any::<prop::sample::Index>(), async |at| {
        let result = answer_of(move |seen| {
            let mut frame = echo_frame(seen);
            frame.truncate(at.index(frame.len()));
            Act::RawThenClose(frame)
        })
        .await;
        let lost = matches!(result, Err(RpcError::Unavailable { may_have_happened: true, .. }));
        prop_assert!(lost);
        Ok(())
    });
}

#[test]
fn rubbish_instead_of_an_authentication() {
    let frames = prop_oneof![
        any::<Vec<u8>>(),
        any::<Vec<u8>>().prop_map(|bytes| framed(&[&bytes])),
        (0i32..6, any::<Option<Vec<u8>>>()).prop_map(|(state, token)| {
            sasl_frame(SaslState::try_from(state).unwrap(), token.map(Bytes::from), Vec::new())
        }),
    ];
    check(64, frames, async |bytes| {
        let fake = Fake::start(LogIn::Rubbish(bytes), |_| Act::Echo).await;
        let login = Login::token("alice", CredentialsWatch::fixed(one_token()), selector());
        let result = echo(&client(&[&fake.address], login, hasty()), "text").await;
        prop_assert!(result.is_err());
        Ok(())
    });
}

#[tokio::test]
async fn a_length_beyond_the_limit_is_refused_before_anything_is_read() {
    let error = answer_of(|_| Act::Raw(u32::MAX.to_be_bytes().to_vec())).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("announces a reply of 4294967295 bytes and 1048576 are accepted"), "{text}");
}

#[test]
fn an_announced_length_is_not_allocated_for() {
    let mut decoder = crate::frame::FrameDecoder::new(usize::MAX);
    decoder.append(&u32::MAX.to_be_bytes());
    assert!(decoder.buffer().capacity() <= 1 << 20);
    assert_eq!(decoder.next(), Ok(None));
}

#[tokio::test]
async fn replies_that_are_for_somebody_else_or_too_long_end_the_connection() {
    let other = |seen: &Seen| {
        let header = response_header(seen.call_id, &Bytes::from_static(b"another client!!"), Status::Success);
        Act::Raw(framed(&[&header.encode_length_delimited_to_vec(), &[0]]))
    };
    let error = answer_of(other).await.unwrap_err();
    assert!(matches!(&error, RpcError::Malformed { reason, .. } if reason.contains("another client")), "{error}");
    let longer = |seen: &Seen| {
        let mut frame = echo_frame(seen);
        let length = (frame.len() - 4 + 3) as u32;
        frame.put_slice(&[0, 0, 0]);
        frame[..4].copy_from_slice(&length.to_be_bytes());
        Act::Raw(frame)
    };
    let error = answer_of(longer).await.unwrap_err();
    assert!(error.to_string().contains("its reply to echo cannot be read: 3 bytes follow the message"), "{error}");
}

#[tokio::test]
async fn a_web_server_is_recognised_as_none_of_hadoop_s() {
    let error = answer_of(|_| Act::RawThenClose(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec())).await.unwrap_err();
    assert!(error.to_string().ends_with("check that a Hadoop server listens there"), "{error}");
}
