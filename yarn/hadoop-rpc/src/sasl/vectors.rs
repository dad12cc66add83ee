//! Exchanges captured from a server of Hadoop 3.4.1.

use super::digest::DigestMd5;
use super::layer::SecurityLayer;
use super::*;
use crate::Token;
use bytes::Bytes;
use proptest::prelude::*;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}

fn token() -> Token {
    Token {
        identifier: hex("0a0d0a0908071080d095ffbc31100110c0c407").into(),
        password: hex("2cc5a671d2aee404bb26267a6257327f58cd26bc").into(),
        kind: "YARN_AM_RM_TOKEN".to_owned(),
        service: String::new(),
    }
}

struct Vector {
    protection: Protection,
    nonce: &'static str,
    client_nonce: &'static str,
    response: &'static str,
    proof: &'static str,
}

const VECTORS: [Vector; 3] = [
    Vector {
        protection: Protection::Authentication,
        nonce: "5xVh/xN47IqSn65QICV99Ke9Rm4c6bHzL2PSvkt6",
        client_nonce: "e9UhtCmpweZgySSj1npCmRiRWPOpx008pL2iav5C",
        response: "166e7777aec23f63e3bd19ab6be087b2",
        proof: "0a4db42e539b12c330b344aaa9ae3158",
    },
    Vector {
        protection: Protection::Integrity,
        nonce: "IM58qwOxl2Ovbm/fj8FNc0uqRGHEtk0sSMmbeRsr",
        client_nonce: "l3ISYGnjaK5KMwFaCi/IOPZ5C6ecy3VzquXFQpv7",
        response: "aa63dba4a348e73847cd535a3b15c970",
        proof: "c9a6c7258fc19b367eef57eb02ba7c7b",
    },
    Vector {
        protection: Protection::Privacy,
        nonce: "T/mfx9ZkvCrWnd4LBCHjpyJY7Ah7xg/NBXqv6LdO",
        client_nonce: "ON6mL5odADScW6mmvrbywlsc/FlB7dveOWj7HV6d",
        response: "f0973880ac271ba93899ce4763561567",
        proof: "146c93718e3f1aaeaad9697b5b980e5f",
    },
];

impl Vector {
    fn answer(&self) -> (String, DigestMd5) {
        let qop = self.protection.qop();
        let challenge = format!(
            "realm=\"default\",nonce=\"{}\",qop=\"{qop}\",charset=utf-8,cipher=\"3des,rc4,des,rc4-56,rc4-40\",\
             algorithm=md5-sess",
            self.nonce
        );
        let (uri, nonce) = ("/default".to_owned(), self.client_nonce.to_owned());
        let answer = DigestMd5::answer(&token(), challenge.as_bytes(), uri, nonce, &Acceptable::default());
        let (response, digest) = answer.unwrap();
        (String::from_utf8(response).unwrap(), digest)
    }
}

#[test]
fn golden_digests() {
    for vector in VECTORS {
        let (response, digest) = vector.answer();
        assert!(response.contains("username=\"Cg0KCQgHEIDQlf+8MRABEMDEBw==\""), "{response}");
        assert!(response.contains(&format!(",response={},", vector.response)), "{response}");
        assert_eq!(response.contains("cipher=\"3des\""), vector.protection == Protection::Privacy);
        let layer = digest.finish(format!("rspauth={}", vector.proof).as_bytes()).unwrap();
        assert_eq!(layer.is_some(), vector.protection != Protection::Authentication);
    }
}

#[test]
fn golden_frame_under_integrity() {
    let (_, digest) = VECTORS[1].answer();
    let mut sealer = digest.finish(format!("rspauth={}", VECTORS[1].proof).as_bytes()).unwrap().unwrap().sealer;
    let client_id: [u8; 16] = hex("9cbeb90a6f6f81a5360a0bd40c9d1efc").try_into().unwrap();
    let context = crate::proto::rpc::ConnectionContext {
        user: Some(Default::default()),
        protocol: Some("org.apache.hadoop.yarn.api.ApplicationMasterProtocolPB".to_owned()),
    };
    let inner = crate::frame::context(&client_id, &context);
    let pieces: Vec<Bytes> = crate::frame::sealed(&inner, &mut sealer).collect();
    let mut expected = hex("0000007a 0a 0802 1000 1841 2200 2801 6e 1005 1a6a");
    expected.extend_from_slice(&inner);
    expected.extend(hex("9fd6463d64157e84e26c 0001 00000000"));
    assert_eq!(pieces, [Bytes::from(expected)]);
}

#[test]
fn a_server_that_does_not_know_the_password_is_not_believed() {
    for proof in ["rspauth=00000000000000000000000000000000", "rspauth=", "", "other=1", "\"", "\u{e9}"] {
        let (_, digest) = VECTORS[0].answer();
        assert!(digest.finish(proof.as_bytes()).is_err(), "{proof}");
    }
}

fn answer(challenge: &str, acceptable: &Acceptable) -> Result<String, String> {
    let (uri, nonce) = ("/default".to_owned(), "c".to_owned());
    let answer = DigestMd5::answer(&token(), challenge.as_bytes(), uri, nonce, acceptable);
    answer.map(|(response, _)| String::from_utf8(response).unwrap())
}

#[test]
fn what_is_chosen_of_a_server_s_offers() {
    let with = |protections: &[Protection]| Acceptable { protections: protections.to_vec(), ..Acceptable::default() };
    let offer = r#"realm="default",nonce="n",qop="auth-conf,auth-int,auth",cipher="rc4,3des""#;
    let table = [
        (with(&[Protection::Authentication, Protection::Integrity]), "qop=auth-int"),
        (with(&[Protection::Authentication]), "qop=auth"),
        (with(&[Protection::Privacy]), "qop=auth-conf,cipher=\"3des\""),
        (Acceptable { ciphers: vec![PrivacyCipher::Rc4], ..with(&[Protection::Privacy]) }, "cipher=\"rc4\""),
    ];
    for (acceptable, ending) in table {
        let response = answer(offer, &acceptable).unwrap();
        assert!(response.ends_with(ending), "{response}");
    }
    let only = r#"realm="default",nonce="n",qop="auth-conf",cipher="des""#;
    let refused = answer(only, &with(&[Protection::Integrity])).unwrap_err();
    assert!(refused.contains("offers protection auth-conf") && refused.contains("is set to integrity"), "{refused}");
    let refused = answer(only, &Acceptable::default()).unwrap_err();
    assert!(refused.contains("the ciphers des for privacy"), "{refused}");
    assert!(answer("realm=\"default\"", &Acceptable::default()).unwrap_err().contains("no nonce"));
}

/// What the server's side of a conversation would send: the client's layer with its directions exchanged.
fn pair(cipher: Option<PrivacyCipher>) -> (Sealer, Opener) {
    let session = *b"sixteen bytes it";
    let client = SecurityLayer::new(&session, cipher, 65536);
    (client.sealer, SecurityLayer::opener_of_server(&session, cipher))
}

const LAYERS: [Option<PrivacyCipher>; 3] = [None, Some(PrivacyCipher::TripleDes), Some(PrivacyCipher::Rc4)];

proptest! {
    #[test]
    fn protected_messages_come_back(messages in proptest::collection::vec(any::<Vec<u8>>(), 1..5)) {
        for cipher in LAYERS {
            let (mut sealer, mut opener) = pair(cipher);
            for message in &messages {
                let opened = opener.open(&sealer.seal(message));
                prop_assert_eq!(opened.as_ref(), Ok(message));
            }
        }
    }

    #[test]
    fn a_changed_message_is_noticed(message: Vec<u8>, at: prop::sample::Index, bit in 0u8..8) {
        for cipher in LAYERS {
            let (mut sealer, mut opener) = pair(cipher);
            let mut sealed = sealer.seal(&message);
            let at = at.index(sealed.len());
            sealed[at] ^= 1 << bit;
            prop_assert!(opener.open(&sealed).is_err());
        }
    }

    #[test]
    fn rubbish_is_refused(rubbish: Vec<u8>) {
        for cipher in LAYERS {
            prop_assert!(pair(cipher).1.open(&rubbish).is_err());
        }
    }

    #[test]
    fn no_challenge_is_too_strange(challenge: Vec<u8>) {
        let (uri, nonce) = ("/default".to_owned(), "c".to_owned());
        let _ = DigestMd5::answer(&token(), &challenge, uri, nonce, &Acceptable::default());
    }
}
