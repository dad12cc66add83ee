//! Programs by their hashes.

use crate::client;
use crate::fake_cluster::hash;
use crate::served::Served;

#[test]
fn an_artifact_is_stored_once() {
    let served = Served::new();
    let bytes: Vec<u8> = (0..2_000_000u32).map(|n| n.to_le_bytes()[n as usize % 4]).collect();
    let path = format!("/weft/artifacts/{}", hash(&bytes));
    for method in ["GET", "HEAD"] {
        let answer = served.ask(method, &path, b"");
        assert_eq!(answer.status, 404, "{method}: {}", answer.text());
    }
    assert_eq!(served.ask("PUT", &path, &bytes).status, 201);
    assert_eq!(served.cluster.stored(), [hash(&bytes).to_string()]);
    assert_eq!(served.ask("PUT", &path, &bytes).status, 200, "it is there already");
    let waiting = client::ask(served.address, "PUT", &path, "Expect: 100-continue\r\n", b"");
    assert_eq!(waiting.status, 200, "{}", waiting.text());
    assert_eq!(served.get(&path).json()["artifact"], hash(&bytes).to_string());
    let head = served.ask("HEAD", &path, b"");
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[test]
fn a_wrong_hash_and_too_many_bytes_leave_nothing() {
    let served = Served::with(|settings| settings.upload_limit = 1000);
    let of = |bytes: &[u8]| format!("/weft/artifacts/{}", hash(bytes));
    let answer = served.ask("PUT", &of(b"this"), b"that");
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert!(answer.error().contains(&hash(b"that").to_string()), "{}", answer.text());
    let answer = served.ask("PUT", &of(&[1; 1001]), &[1; 1001]);
    assert_eq!(answer.status, 413, "{}", answer.text());
    assert!(answer.error().contains("1000 bytes"), "{}", answer.text());
    assert_eq!(served.ask("PUT", &of(&[1; 1000]), &[1; 1000]).status, 201);
    assert_eq!(served.ask("PUT", "/weft/artifacts/abc", b"x").status, 400);
    assert_eq!(served.cluster.stored(), [hash(&[1; 1000]).to_string()]);
}
