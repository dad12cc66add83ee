//! Logging in by token, with and without protection, and tokens that change.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::fake::{Act, Fake, LogIn};
use super::{client, echo, options};
use crate::{
    Credentials, CredentialsSender, CredentialsWatch, ExceptionKind, Login, PrivacyCipher, Protection, RpcError, Token,
    TokenSelector,
};

fn token(number: u32) -> Token {
    Token {
        identifier: format!("identifier {number}").into(),
        password: format!("password {number}").into(),
        kind: "TEST".to_owned(),
        service: String::new(),
    }
}

fn credentials(number: u32) -> Credentials {
    let mut credentials = Credentials::default();
    credentials.tokens.insert("alias".to_owned(), token(number));
    credentials
}

pub(super) fn one_token() -> Credentials {
    credentials(1)
}

pub(super) fn selector() -> TokenSelector {
    TokenSelector::any("TEST")
}

fn login(number: u32) -> Login {
    Login::token("alice", CredentialsWatch::fixed(credentials(number)), selector())
}

async fn server(qop: &'static str, valid: &Arc<Mutex<Vec<Token>>>) -> Fake {
    Fake::start(LogIn::Token { valid: valid.clone(), qop }, |_| Act::Echo).await
}

fn valid(numbers: &[u32]) -> Arc<Mutex<Vec<Token>>> {
    Arc::new(Mutex::new(numbers.iter().map(|number| token(*number)).collect()))
}

#[tokio::test]
async fn calls_go_through_under_every_protection() {
    let long = "text ".repeat(20_000);
    let table = [
        ("auth", login(1)),
        ("auth-int", login(1)),
        ("auth-conf", login(1)),
        ("auth-conf", login(1).with_ciphers(vec![PrivacyCipher::Rc4])),
        ("auth,auth-conf", login(1).with_protections(vec![Protection::Privacy])),
    ];
    for (qop, login) in table {
        let fake = server(qop, &valid(&[0, 1])).await;
        let roomy = crate::RpcOptions { max_request_bytes: 1 << 20, ..options() };
        let client = client(&[&fake.address], login, roomy);
        for text in ["short", long.as_str(), "short again"] {
            assert_eq!(echo(&client, text).await.unwrap(), text, "{qop}");
        }
        assert_eq!(fake.connections(), 1);
        // The token says who calls, not the context.
        assert_eq!(fake.seen()[0].user, None);
    }
}

#[tokio::test]
async fn a_token_that_the_server_does_not_know_is_refused_with_its_reason() {
    let fake = server("auth", &valid(&[2])).await;
    let error = echo(&client(&[&fake.address], login(1), options()), "text").await.unwrap_err();
    assert!(error.is(ExceptionKind::InvalidToken), "{error}");
    assert!(
        error.to_string().ends_with("InvalidToken: no such token: the token is expired or replaced: get a new one")
    );
}

#[tokio::test]
async fn what_the_two_cannot_agree_on_is_said() {
    let fake = server("auth-conf", &valid(&[1])).await;
    let integrity = login(1).with_protections(vec![Protection::Integrity]);
    let other = Login::token("alice", CredentialsWatch::fixed(credentials(1)), TokenSelector::any("OTHER"));
    let table = [
        (integrity, "offers protection auth-conf and this client is set to integrity"),
        (other, "there is no token OTHER among 1 tokens"),
    ];
    for (login, reason) in table {
        let error = echo(&client(&[&fake.address], login, options()), "text").await.unwrap_err();
        assert!(matches!(error, RpcError::Login { .. }) && error.to_string().contains(reason), "{error}");
    }
}

#[tokio::test]
async fn a_new_token_is_used_by_the_next_call_and_the_old_connection_ends_its_calls() {
    let accepted = valid(&[1]);
    let fake = Fake::start(LogIn::Token { valid: accepted.clone(), qop: "auth" }, |seen| match seen.text.as_str() {
        "held" => Act::Hold,
        "release" => Act::EchoAll,
        _ => Act::Echo,
    })
    .await;
    let sender = CredentialsSender::new(credentials(1));
    let client = client(&[&fake.address], Login::token("alice", sender.watch(), selector()), options());
    let held = tokio::spawn({
        let client = client.clone();
        async move { echo(&client, "held").await }
    });
    fake.until("the call", |fake| !fake.seen().is_empty()).await;
    *accepted.lock().unwrap() = vec![token(2)];
    assert_eq!(sender.issue(credentials(2)), 1);
    assert_eq!(echo(&client, "new").await.unwrap(), "new");
    assert_eq!(fake.connections(), 2);
    assert!(!held.is_finished());
    assert_eq!(fake.seen().iter().map(|seen| seen.connection).collect::<Vec<_>>(), [0, 1]);
    held.abort();
}

#[tokio::test]
async fn tokens_that_change_all_the_time_lose_no_call() {
    let accepted = valid(&[0]);
    let fake = server("auth-int", &accepted).await;
    let sender = CredentialsSender::new(credentials(0));
    let client = client(&[&fake.address], Login::token("alice", sender.watch(), selector()), options());
    let mut lanes = tokio::task::JoinSet::new();
    for lane in 0..8 {
        let client = client.clone();
        lanes.spawn(async move {
            for nth in 0..200 {
                let text = format!("{lane}/{nth}");
                assert_eq!(echo(&client, &text).await.unwrap(), text);
            }
        });
    }
    let mut number = 0;
    while !lanes.is_empty() {
        number += 1;
        // As a real server does: the new token is good before it is given out, and then the old one ends.
        accepted.lock().unwrap().push(token(number));
        sender.issue(credentials(number));
        accepted.lock().unwrap().remove(0);
        let _ = tokio::time::timeout(Duration::from_millis(3), async {
            while let Some(lane) = lanes.join_next().await {
                lane.unwrap();
            }
        })
        .await;
    }
    assert!(number > 3 && fake.connections() > 3, "{number} tokens, {} connections", fake.connections());
}
