//! Golden credentials files, as a server of Hadoop 3.4.1 wrote them, and damaged ones.

use super::*;
use proptest::prelude::*;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}

fn application_master_token() -> Token {
    Token {
        identifier: hex("0a0d0a0908071080d095ffbc31100110c0c407").into(),
        password: hex("2cc5a671d2aee404bb26267a6257327f58cd26bc").into(),
        kind: "YARN_AM_RM_TOKEN".to_owned(),
        service: String::new(),
    }
}

fn golden() -> Credentials {
    let mut credentials = Credentials::default();
    credentials.tokens.insert(String::new(), application_master_token());
    credentials.secrets.insert("k1".to_owned(), Bytes::from_static(b"v1"));
    credentials
}

const WRITABLE: &str = "48445453 00 01 00 13 0a0d0a0908071080d095ffbc31100110c0c407 14 \
                        2cc5a671d2aee404bb26267a6257327f58cd26bc 10 5941524e5f414d5f524d5f544f4b454e 00 01 02 6b31 02 7631";
const PROTOBUF_START: &str = "48445453 01 4f 0a43 0a00 123f";

#[test]
fn golden_writable_file() {
    let file = hex(WRITABLE);
    assert_eq!(Credentials::read(&file), Ok(golden()));
    assert_eq!(golden().write(CredentialsFormat::Writable), file);
}

#[test]
fn golden_protobuf_file() {
    let file = golden().write(CredentialsFormat::Protobuf);
    assert!(file.starts_with(&hex(PROTOBUF_START)), "{file:02x?}");
    assert_eq!(file.len(), 4 + 1 + 1 + 0x4f);
    assert_eq!(Credentials::read(&file), Ok(golden()));
}

#[test]
fn golden_token_as_base64() {
    use base64::prelude::*;
    let mut written = Vec::new();
    application_master_token().write(&mut written);
    let text = BASE64_URL_SAFE_NO_PAD.encode(written);
    assert_eq!(text, "EwoNCgkIBxCA0JX_vDEQARDAxAcULMWmcdKu5AS7JiZ6Ylcyf1jNJrwQWUFSTl9BTV9STV9UT0tFTgA");
}

#[test]
fn what_is_wrong_is_said() {
    let table: [(&[u8], &str); 4] = [
        (b"", "does not begin with HDTS"),
        (b"HDTS\x02", "format 2 is unknown"),
        (b"HDTS\x00\x00\x00\x00", "1 bytes follow"),
        (b"HDTS\x00\x87\x70", "a length is -113"),
    ];
    for (file, reason) in table {
        let message = Credentials::read(file).unwrap_err().to_string();
        assert!(message.contains(reason), "{message}");
    }
}

#[test]
fn every_prefix_of_a_file_is_refused() {
    for format in [CredentialsFormat::Writable, CredentialsFormat::Protobuf] {
        let file = golden().write(format);
        for length in 0..file.len() {
            assert!(Credentials::read(&file[..length]).is_err(), "{format:?}, {length} bytes");
        }
    }
}

#[test]
fn secrets_are_not_shown() {
    let text = format!("{:?}", golden());
    assert!(text.contains("YARN_AM_RM_TOKEN") && text.contains("k1"), "{text}");
    assert!(!text.contains("v1") && !text.contains("2cc5") && !text.contains("xa6"), "{text}");
}

#[test]
fn a_token_is_selected_by_kind_and_service() {
    let token = |kind: &str, service: &str| Token { kind: kind.into(), service: service.into(), ..Token::default() };
    let mut credentials = Credentials::default();
    for (alias, token) in [("a", token("K", "1:1")), ("b", token("K", "2:2")), ("c", token("L", "1:1"))] {
        credentials.tokens.insert(alias.to_owned(), token);
    }
    let of = |services: &[&str]| TokenSelector::of("K", services.iter().map(|s| (*s).to_owned()).collect());
    assert_eq!(TokenSelector::any("L").select(&credentials), Some(&token("L", "1:1")));
    assert_eq!(of(&["2:2"]).select(&credentials), Some(&token("K", "2:2")));
    assert_eq!(of(&["9:9", "1:1"]).select(&credentials), Some(&token("K", "1:1")));
    assert_eq!(of(&["9:9"]).select(&credentials), None);
    assert_eq!(of(&["9:9", "1:1"]).description(), "K for 9:9 or 1:1");
}

#[tokio::test]
async fn an_issue_is_new_only_when_it_differs() {
    let sender = CredentialsSender::new(Credentials::default());
    let mut watch = sender.watch();
    assert_eq!(sender.issue(Credentials::default()), 0);
    assert_eq!(sender.issue(golden()), 1);
    let issued = watch.changed().await.unwrap();
    assert_eq!((issued.generation, &*issued.credentials), (1, &golden()));
    assert_eq!(watch.current().generation, 1);
    drop(sender);
    assert!(watch.changed().await.is_none());
}

fn any_credentials() -> impl Strategy<Value = Credentials> {
    let bytes = || proptest::collection::vec(any::<u8>(), 0..300).prop_map(Bytes::from);
    let token = (bytes(), bytes(), ".{0,8}", ".{0,8}");
    let token = token.prop_map(|(identifier, password, kind, service)| Token { identifier, password, kind, service });
    let tokens = proptest::collection::btree_map(".{0,6}", token, 0..4);
    let secrets = proptest::collection::btree_map(".{0,6}", bytes(), 0..4);
    (tokens, secrets).prop_map(|(tokens, secrets)| Credentials { tokens, secrets })
}

proptest! {
    #[test]
    fn credentials_come_back(credentials in any_credentials()) {
        for format in [CredentialsFormat::Writable, CredentialsFormat::Protobuf] {
            let read = Credentials::read(&credentials.write(format));
            prop_assert_eq!(read.as_ref(), Ok(&credentials));
        }
    }

    #[test]
    fn rubbish_is_refused_or_read_but_nothing_worse(format in 0u8..3, rest: Vec<u8>) {
        let mut file = b"HDTS".to_vec();
        file.push(format);
        file.extend(rest);
        let _ = Credentials::read(&file);
    }
}
