use proptest::prelude::*;
use weft_common::configuration::options::InvalidUtf8;
use weft_record::SlabPool;

use super::*;
use crate::ConnectorError;

fn rules(max_line_length: u64, invalid_utf8: InvalidUtf8) -> TextRules {
    TextRules { max_line_length, invalid_utf8 }
}

/// The lines of `input`, given in blocks that end where `cuts` say, and how many were skipped.
fn read(input: &[u8], cuts: &[usize], delimiter: &str, rules: TextRules) -> Result<(Vec<String>, u64), ConnectorError> {
    let delimiter = Delimiter::new(delimiter);
    let mut assembler = LineAssembler::new(rules, delimiter.clone(), "input".into(), 0, SlabPool::new(1 << 20));
    let mut lines = Vec::new();
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut % (input.len() + 1)).chain([input.len()]).collect();
    ends.sort_unstable();
    let mut begin = 0;
    for end in ends {
        // Bytes that belong to nobody, and are not even text, before the block.
        let block = [&[0xff, b'\n', 0xc3], &input[begin..end]].concat();
        assembler.push(block, 3, &mut lines)?;
        begin = end;
    }
    assembler.finish(&mut lines)?;
    let mut cutter = LineCutter::new(delimiter, rules.max_line_length, "input".into());
    let mut rows = Vec::new();
    for text in lines {
        cutter.put(text);
        while let Some(batch) = cutter.next_batch()? {
            assert!(batch.len() <= weft_record::MAX_BATCH_RECORDS);
            rows.extend(batch.rows.iter().map(|line| line.as_str().to_owned()));
        }
    }
    Ok((rows, assembler.skipped()))
}

fn lines_of(input: &str, delimiter: &str) -> Vec<String> {
    let mut lines: Vec<&str> = input.split(delimiter).collect();
    let last = lines.pop().filter(|last| !last.is_empty());
    let strip = |line: &str| match delimiter {
        "\n" => line.strip_suffix('\r').unwrap_or(line).to_owned(),
        _ => line.to_owned(),
    };
    // The last line has no end to take a carriage return with.
    lines.into_iter().map(strip).chain(last.map(str::to_owned)).collect()
}

fn long_limit(invalid_utf8: InvalidUtf8) -> TextRules {
    rules(1 << 20, invalid_utf8)
}

#[test]
fn line_ends_are_recognised_wherever_blocks_end() {
    let table: &[(&str, &[&str])] = &[
        ("", &[]),
        ("\n", &[""]),
        ("a", &["a"]),
        ("a\n", &["a"]),
        ("a\r\nb", &["a", "b"]),
        ("a\rb\n\r\n", &["a\rb", ""]),
        ("a\r", &["a\r"]),
        (
            "one line that is too long to be inlined\nänd ünother öne of the sämé kind\n",
            &["one line that is too long to be inlined", "änd ünother öne of the sämé kind"],
        ),
    ];
    for (input, expected) in table {
        for cut in 0..=input.len() {
            let (lines, _) = read(input.as_bytes(), &[cut], "\n", long_limit(InvalidUtf8::Fail)).expect("it is text");
            assert_eq!(lines, *expected, "{input:?} cut at {cut}");
        }
    }
}

#[test]
fn a_wrong_byte_is_found_at_its_offset_wherever_blocks_end() {
    let input = b"good\nbetter \xc3( worse\nlast";
    for cut in 0..=input.len() {
        let error = read(input, &[cut], "\n", long_limit(InvalidUtf8::Fail)).expect_err("it is not text");
        let ConnectorError::InvalidUtf8 { offset, .. } = error else { panic!("{error}") };
        assert_eq!(offset, 12, "cut at {cut}");
        let (lines, skipped) = read(input, &[cut], "\n", long_limit(InvalidUtf8::Skip)).expect("skipped");
        assert_eq!((lines, skipped), (vec!["good".to_owned(), "last".to_owned()], 1), "cut at {cut}");
        let (lines, _) = read(input, &[cut], "\n", long_limit(InvalidUtf8::Replace)).expect("replaced");
        assert_eq!(lines, ["good", "better \u{fffd}( worse", "last"], "cut at {cut}");
    }
}

#[test]
fn a_character_that_never_ends_is_wrong() {
    let error = read(b"a\n\xc3", &[], "\n", long_limit(InvalidUtf8::Fail)).expect_err("half a character");
    assert!(matches!(error, ConnectorError::InvalidUtf8 { offset: 2, .. }), "{error}");
}

#[test]
fn the_longest_line_fits_and_one_byte_more_does_not() {
    for cut in 0..12 {
        let (lines, _) = read(b"abc\nabcd\r\nd", &[cut], "\n", rules(4, InvalidUtf8::Fail)).expect("they fit");
        assert_eq!(lines, ["abc", "abcd", "d"]);
        let error = read(b"abc\nabcde\nd", &[cut], "\n", rules(4, InvalidUtf8::Fail)).expect_err("too long");
        assert!(matches!(error, ConnectorError::LineTooLong { offset: 4, limit: 4, .. }), "cut at {cut}: {error}");
    }
}

#[test]
fn a_line_without_end_is_given_up_before_it_fills_the_memory() {
    let mut assembler =
        LineAssembler::new(rules(1000, InvalidUtf8::Fail), Delimiter::Newline, "input".into(), 0, SlabPool::new(0));
    let mut lines = Vec::new();
    let pushed = (0..1000).take_while(|_| assembler.push(vec![b'x'; 100], 0, &mut lines).is_ok()).count();
    assert_eq!(pushed, 10);
}

proptest! {
    #[test]
    fn lines_do_not_depend_on_blocks(
        input in "[a\\n\\rä€]{0,80}",
        cuts in proptest::collection::vec(0usize..100, 0..6),
    ) {
        let (lines, _) = read(input.as_bytes(), &cuts, "\n", long_limit(InvalidUtf8::Fail)).expect("it is text");
        prop_assert_eq!(lines, lines_of(&input, "\n"));
    }

    #[test]
    fn longer_delimiters_may_lie_across_blocks(
        input in "[ab|;ä]{0,40}",
        cuts in proptest::collection::vec(0usize..60, 0..6),
    ) {
        for delimiter in [";", "||", "|;|"] {
            let (lines, _) = read(input.as_bytes(), &cuts, delimiter, long_limit(InvalidUtf8::Fail)).expect("it is text");
            prop_assert_eq!(lines, lines_of(&input, delimiter));
        }
    }

    #[test]
    fn skipping_leaves_exactly_the_good_lines(
        input in proptest::collection::vec(prop_oneof![Just(b'a'), Just(b'\n'), Just(0xc3u8), Just(0xa4u8)], 0..60),
        cuts in proptest::collection::vec(0usize..60, 0..4),
    ) {
        let all: Vec<&[u8]> = input.split_inclusive(|byte| *byte == b'\n').collect();
        let good = all.iter().filter_map(|line| str::from_utf8(line).ok());
        let good: Vec<String> = good.map(|line| line.trim_end_matches('\n').to_owned()).collect();
        let (lines, skipped) = read(&input, &cuts, "\n", long_limit(InvalidUtf8::Skip)).expect("skipped");
        prop_assert_eq!(lines.len() as u64 + skipped, all.len() as u64);
        prop_assert_eq!(lines, good);
    }
}
