use super::*;
use crate::JobId;

const KEY: SecretKey = SecretKey::new([7; 32]);

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Computed with another implementation of HMAC-SHA256; they are part of the protocol.
#[test]
fn golden_proofs_and_keys() {
    let transcript: [&[u8]; 2] = [b"greeting", &[9; 32]];
    assert_eq!(
        hex(&KEY.prove(Role::Opener, &transcript)),
        "f327c14a3b62b6d30c4d9639105f659b4faa6912d3827c6ddec4bd2bd666b0b3"
    );
    assert_eq!(
        hex(&KEY.prove(Role::Responder, &transcript)),
        "5844e3aaabb7fada78eabda4e8be5037e312bc551757fd530ede261273507ffc"
    );
    assert_eq!(
        hex(KEY.for_workers_of(JobId(0x51)).expose()),
        "dae189a735b4c440933816273f29425284a95c8a18b1667f47ede1bfe89aeb3e"
    );
}

#[test]
fn a_proof_holds_for_its_key_role_and_transcript_only() {
    let proof = KEY.prove(Role::Opener, &[b"ab", b"c"]);
    assert!(KEY.verify(Role::Opener, &[b"ab", b"c"], &proof));
    assert!(!KEY.verify(Role::Responder, &[b"ab", b"c"], &proof), "a proof was sent back");
    assert!(!KEY.verify(Role::Opener, &[b"a", b"bc"], &proof), "a byte moved to the next part");
    assert!(!KEY.verify(Role::Opener, &[b"ab", b"c", b""], &proof), "a part was added");
    assert!(!KEY.verify(Role::Opener, &[b"ab", b"c"], &proof[..31]), "the proof was cut");
    assert!(!KEY.verify(Role::Opener, &[b"ab", b"c"], &[]));
    for at in 0..proof.len() {
        let mut other = proof;
        other[at] ^= 1;
        assert!(!KEY.verify(Role::Opener, &[b"ab", b"c"], &other), "byte {at} changed");
    }
}

#[test]
fn keys_of_different_jobs_open_nothing_of_each_other() {
    let (a, b) = (KEY.for_workers_of(JobId(1)), KEY.for_workers_of(JobId(2)));
    assert_ne!(a, b);
    assert!(!b.verify(Role::Opener, &[b"x"], &a.prove(Role::Opener, &[b"x"])));
    assert!(!KEY.verify(Role::Opener, &[b"x"], &a.prove(Role::Opener, &[b"x"])), "nor of the cluster");
}

#[test]
fn a_key_is_not_printed() {
    let printed = format!("{:?} {:#?}", KEY, Some(&KEY));
    assert!(!printed.contains('7'), "{printed}");
}
