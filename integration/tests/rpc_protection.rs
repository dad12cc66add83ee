//! Logging in by token at every `hadoop.rpc.protection`, against real servers.

#![allow(clippy::unwrap_used)]

mod yarn;

use std::time::{Duration, Instant};

use weft_hadoop_rpc::{
    Credentials, CredentialsFormat, CredentialsSender, CredentialsWatch, ExceptionKind, Login, PrivacyCipher,
    Protection, RpcOptions, Token, TokenSelector,
};
use weft_integration::Rig;
use weft_yarn_client::proto::{ContainerLaunchContext, FinalStatus, Resource};
use weft_yarn_client::{RM_DELEGATION_TOKEN, ResourceManager};
use yarn::{ALONE, master::Master, resource_manager, resource_manager_as};

/// How often the token changes, and for how long.
const ROTATION: Duration = Duration::from_secs(2);
const ROTATIONS: usize = 5;

fn only(token: Token) -> Credentials {
    let mut credentials = Credentials::default();
    credentials.tokens.insert("rm".to_owned(), token);
    credentials
}

fn login(rig: &Rig, watch: CredentialsWatch) -> Login {
    Login::token(&rig.users().client, watch, TokenSelector::any(RM_DELEGATION_TOKEN))
}

async fn delegation_token(rm: &ResourceManager) -> Token {
    rm.delegation_token("yarn").await.unwrap().unwrap()
}

fn rig(protection: &str) -> Rig {
    let setting = format!("core-site:hadoop.rpc.protection={protection}");
    yarn::up(&["--yarn-only", "--nodemanagers", "1", "--set", &setting])
}

/// The scheduler and a NodeManager, whose servers want tokens.
async fn a_container_runs(rig: &Rig, rm: &ResourceManager) {
    let mut master = Master::new(rig, rm).await;
    let container = &master.container(1, Resource::of(64, 1)).await;
    // A command long enough for several protected messages in one request.
    let context = ContainerLaunchContext::command("exit 7").with_variable("LONG", "x".repeat(200_000));
    master.start(container, context).await;
    let status = master.end_of(container.id).await;
    // Linux refuses so long a variable; what matters here is that the request arrived whole.
    assert_ne!(status.exit_status(), -1000, "{}", status.diagnostics);
    let container = &master.container(2, Resource::of(64, 1)).await;
    master.start(container, ContainerLaunchContext::command("exit 7")).await;
    assert_eq!(master.end_of(container.id).await.exit_status(), 7);
    master.finish(FinalStatus::FinalSucceeded, "").await;
}

async fn at_protection(name: &str, logins: &[(Protection, &[PrivacyCipher])]) {
    let _alone = ALONE.lock().await;
    let rig = rig(name);
    let rm = resource_manager(&rig);
    a_container_runs(&rig, &rm).await;
    let token = delegation_token(&rm).await;
    for (protection, ciphers) in logins {
        // The file form and back, as a container would read it.
        let file = only(token.clone()).write(CredentialsFormat::Writable);
        let watch = CredentialsWatch::fixed(Credentials::read(&file).unwrap());
        let login = login(&rig, watch).with_protections(vec![*protection]);
        let login = if ciphers.is_empty() { login } else { login.with_ciphers(ciphers.to_vec()) };
        let client = resource_manager_as(&rig, login, RpcOptions::default());
        for _ in 0..100 {
            assert_eq!(client.cluster_metrics().await.unwrap().active, 1, "{protection}");
        }
        assert!(!client.nodes(&[]).await.unwrap().is_empty());
    }
    for wrong in [Protection::Authentication, Protection::Integrity, Protection::Privacy] {
        if logins.iter().any(|(protection, _)| *protection == wrong) {
            continue;
        }
        let login = login(&rig, CredentialsWatch::fixed(only(token.clone()))).with_protections(vec![wrong]);
        let error = resource_manager_as(&rig, login, RpcOptions::default()).cluster_metrics().await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains(&format!("this client is set to {wrong}: set hadoop.rpc.protection")), "{text}");
    }
    tokens_that_are_no_good(&rig, &rm, token).await;
}

async fn tokens_that_are_no_good(rig: &Rig, rm: &ResourceManager, token: Token) {
    let of = |token| resource_manager_as(rig, login(rig, CredentialsWatch::fixed(only(token))), RpcOptions::default());
    let other = Token { password: vec![7; token.password.len()].into(), ..token.clone() };
    let error = of(other).cluster_metrics().await.unwrap_err();
    assert!(error.is(ExceptionKind::Sasl) || error.is(ExceptionKind::InvalidToken), "{error}");
    rm.cancel_delegation_token(token.clone()).await.unwrap();
    let error = of(token).cluster_metrics().await.unwrap_err();
    assert!(error.is(ExceptionKind::InvalidToken), "{error}");
    let none = login(rig, CredentialsWatch::fixed(Credentials::default()));
    let error = resource_manager_as(rig, none, RpcOptions::default()).cluster_metrics().await.unwrap_err();
    assert!(error.to_string().contains("there is no token RM_DELEGATION_TOKEN among 0 tokens"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn authentication() {
    at_protection("authentication", &[(Protection::Authentication, &[])]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn integrity() {
    at_protection("integrity", &[(Protection::Integrity, &[])]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn privacy() {
    let ciphers: [&[PrivacyCipher]; 3] = [&[], &[PrivacyCipher::TripleDes], &[PrivacyCipher::Rc4]];
    at_protection("privacy", &ciphers.map(|ciphers| (Protection::Privacy, ciphers))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_has_expired_is_refused_with_what_to_do() {
    let _alone = ALONE.lock().await;
    let life = "yarn-site:yarn.resourcemanager.delegation.token.renew-interval=3000";
    let rig = yarn::up(&["--yarn-only", "--nodemanagers", "1", "--set", life]);
    let token = delegation_token(&resource_manager(&rig)).await;
    let of = |token: Token| {
        resource_manager_as(&rig, login(&rig, CredentialsWatch::fixed(only(token))), RpcOptions::default())
    };
    assert_eq!(of(token.clone()).cluster_metrics().await.unwrap().active, 1);
    // Logged in before, a connection goes on; a new one is refused.
    let expired = yarn::eventually("its end", async || of(token.clone()).cluster_metrics().await.err()).await;
    assert!(expired.is(ExceptionKind::InvalidToken), "{expired}");
    assert_eq!(expired.kind(), weft_common::ErrorKind::User);
    let text = expired.to_string();
    for part in ["cannot log in to ", "expired", "get a new one"] {
        assert!(text.contains(part), "{text}");
    }
}

/// A dummy for Kerberos: the token changes every two seconds and the one before is cancelled, under a stream of calls.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_change_under_load_and_no_call_is_lost() {
    let _alone = ALONE.lock().await;
    let rig = rig("integrity");
    let rm = resource_manager(&rig);
    let mut token = delegation_token(&rm).await;
    let sender = CredentialsSender::new(only(token.clone()));
    let client = resource_manager_as(&rig, login(&rig, sender.watch()), RpcOptions::default());
    let end = Instant::now() + ROTATION * ROTATIONS as u32;
    let mut lanes = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let client = client.clone();
        lanes.spawn(async move {
            let mut calls = 0;
            while Instant::now() < end {
                assert_eq!(client.cluster_metrics().await.unwrap().active, 1);
                calls += 1;
            }
            calls
        });
    }
    let mut rotations = 0;
    let mut next = tokio::time::interval(ROTATION);
    next.tick().await;
    while Instant::now() + ROTATION < end {
        next.tick().await;
        let renewed = delegation_token(&rm).await;
        sender.issue(only(renewed.clone()));
        rm.cancel_delegation_token(std::mem::replace(&mut token, renewed)).await.unwrap();
        rotations += 1;
    }
    let calls: u64 = lanes.join_all().await.into_iter().sum();
    assert!(rotations >= 3 && calls > 100, "{rotations} rotations, {calls} calls");
}
