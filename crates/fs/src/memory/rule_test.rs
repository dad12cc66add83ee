use super::*;

#[test]
fn stars_stand_for_any_characters() {
    for (pattern, text, expected) in [
        ("*", "/a/b", true),
        ("/a", "/a", true),
        ("/a", "/ab", false),
        ("/a/*", "/a/b/c", true),
        ("*/part-*", "/out/part-0", true),
        ("*/part-*", "/out/apart-0", false),
        ("*.txt", "/a.txt", true),
        ("*.txt", "/a.txt.gz", false),
        ("/a*b*c", "/axbxc", true),
        ("/a*b*c", "/axcxb", false),
        ("/ab*ba", "/aba", false),
        ("/a*b*b", "/ab", false),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
    }
}

#[test]
fn strikes_the_nth_of_its_kind() {
    let path = |text| Path::parse(text).unwrap();
    let mut rule = FaultRule::new(Operation::Write, "/a*", Fault::AnswerLost).nth(3);
    assert!(!rule.strikes(Operation::Write, &path("/a")));
    assert!(!rule.strikes(Operation::Sync, &path("/a")));
    assert!(!rule.strikes(Operation::Write, &path("/b")));
    assert!(!rule.strikes(Operation::Write, &path("/a2")));
    assert!(rule.strikes(Operation::Write, &path("memory://x/a")));
}
