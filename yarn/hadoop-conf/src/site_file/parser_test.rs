//! Texts and what they say, or what is wrong with them.

use super::parser::{Document, parse};
use super::{Item, Property};
use crate::{HadoopConfError, Origin};
use std::path::Path;

const PATH: &str = "core-site.xml";

fn property(name: &str, value: Option<&str>, is_final: bool, line: u32) -> Item {
    Item::Property(Property {
        name: name.to_owned(),
        value: value.map(str::to_owned),
        is_final,
        source: None,
        origin: Origin::File { path: PATH.into(), line },
    })
}

fn items(inside: &str) -> Vec<Item> {
    parse(Path::new(PATH), &format!("<configuration>{inside}</configuration>")).unwrap().items
}

#[test]
fn properties() {
    let table = [
        ("<property><name>k</name><value>v</value></property>", property("k", Some("v"), false, 1)),
        ("<property>\n<value>v</value>\n<name> k\n</name></property>", property("k", Some("v"), false, 3)),
        ("<property><name>k</name><value>v</value><final>true</final></property>", property("k", Some("v"), true, 1)),
        ("<property><name>k</name><value>v</value><final>TRUE</final></property>", property("k", Some("v"), false, 1)),
        ("\n\n<property name='k' value='v' final='true'/>", property("k", Some("v"), true, 3)),
        ("<property><name>k</name><value/></property>", property("k", None, false, 1)),
        ("<property><name>k</name><value></value></property>", property("k", None, false, 1)),
        ("<property><name>k</name></property>", property("k", None, false, 1)),
        ("<property><name>k</name><value> </value></property>", property("k", Some(" "), false, 1)),
        (
            "<property><name>k</name><value>a&lt;b &amp;&#38;&#x26; c</value></property>",
            property("k", Some("a<b &&& c"), false, 1),
        ),
        (
            "<property><name>k</name><value>a<![CDATA[<b>&amp;]]>c</value></property>",
            property("k", Some("a<b>&amp;c"), false, 1),
        ),
        (
            "<property><name>k</name><value>a<!-- no -->b<?p i?>c</value></property>",
            property("k", Some("abc"), false, 1),
        ),
        ("<property><name>k</name><value>a\r\nb\rc</value></property>", property("k", Some("a\nb\nc"), false, 1)),
        (
            "<property><description>d <b>bold</b> \
             &lt;</description><name>k</name><tag>T</tag><value>v</value></property>",
            property("k", Some("v"), false, 1),
        ),
        (
            "<x:property xmlns:x='u'><x:name>k</x:name><x:value>v</x:value></x:property>",
            property("k", Some("v"), false, 1),
        ),
        (
            "<configuration><property><name>k</name><value>v</value></property></configuration>",
            property("k", Some("v"), false, 1),
        ),
        ("stray text <property><name>k</name><value>v</value></property>", property("k", Some("v"), false, 1)),
        ("<property><value>v</value></property>", Item::Nameless(1)),
        ("\n<property>\n<name> </name><value>v</value></property>", Item::Nameless(3)),
    ];
    for (inside, expected) in table {
        assert_eq!(items(inside), [expected], "{inside}");
    }
}

#[test]
fn a_property_says_where_its_value_came_from() {
    let [Item::Property(property)] =
        &items("<property><name>k</name><value>v</value><source>a.xml:1</source></property>")[..]
    else {
        panic!("one property")
    };
    assert_eq!(property.source.as_deref(), Some("a.xml:1"));
}

#[test]
fn includes() {
    let include = |fallback| [Item::Include { href: "a.xml".to_owned(), line: 2, fallback }];
    let table = [
        ("\n<xi:include href=' a.xml '/>", include(None)),
        ("\n<include href='a.xml'></include>", include(None)),
        ("\n<xi:include href='a.xml'><xi:fallback/></xi:include>", include(Some(vec![]))),
        (
            "\n<xi:include href='a.xml'><xi:fallback><property name='k' value='v'/></xi:fallback></xi:include>",
            include(Some(vec![property("k", Some("v"), false, 2)])),
        ),
        (
            "\n<xi:include href='a.xml'><xi:fallback><include href='b.xml'/></xi:fallback></xi:include>",
            include(Some(vec![Item::Include { href: "b.xml".to_owned(), line: 2, fallback: None }])),
        ),
    ];
    for (inside, expected) in table {
        assert_eq!(items(inside), expected, "{inside}");
    }
}

#[test]
fn the_prolog_is_passed_over() {
    let text = "<?xml version='1.0' encoding='UTF-8'?>\n<?xml-stylesheet href='c.xsl'?>\n<!DOCTYPE configuration>\n\
                <!-- -->\n<configuration weft-version='1'/>\n<!-- -->\n";
    let document = parse(Path::new(PATH), text).unwrap();
    assert_eq!(document, Document { version: Some("1".to_owned()), items: vec![] });
}

#[test]
fn mistakes_have_line_and_key() {
    let deep = "<a>".repeat(100);
    let table = [
        ("", 1, None, "the file holds no <configuration>"),
        ("\n\n", 3, None, "the file holds no <configuration>"),
        ("text", 1, None, "text outside of <configuration>"),
        ("<conf/>", 1, None, "the root element is <conf>"),
        ("<configuration/>\n<configuration/>", 2, None, "a second root element"),
        ("<configuration>\n", 2, None, "the file ends inside of an element"),
        ("<configuration>\n<property><name>k</name>\n<value>v", 3, Some("k"), "the file ends inside of an element"),
        (
            "<configuration>\n<property><name>k</name>\n<value>v</property>",
            3,
            Some("k"),
            "expected `</value>`, but `</property>` was found",
        ),
        (
            "<configuration>\n<property><name>k</name>\n<value>a<b</value></property></configuration>",
            3,
            Some("k"),
            "<b</value> inside of text",
        ),
        (
            "<configuration>\n<property><name>k</name>\n<value>a<b>c</b></value></property></configuration>",
            3,
            Some("k"),
            "<b> inside of text",
        ),
        (
            "<configuration>\n<property><name>k</name><value>a &b; c</value></property></configuration>",
            2,
            Some("k"),
            "&b;, which is not defined",
        ),
        (
            "<configuration>\n<property><name>k</name>\n<value>a & c</value></property></configuration>",
            3,
            Some("k"),
            "reference not closed",
        ),
        (
            "<configuration>\n<property><name>k</name><value>&#0;</value></property></configuration>",
            2,
            Some("k"),
            "&#0;, which is not defined",
        ),
        (
            "<!DOCTYPE c [<!ENTITY e \
             'x'>]><configuration><property><name>k</name><value>&e;</value></property></configuration>",
            1,
            Some("k"),
            "&e;, which is not defined",
        ),
        (
            "<configuration><property><name>k</name><property/></property></configuration>",
            1,
            Some("k"),
            "<property> inside of <property>",
        ),
        ("<configuration>\n<xi:include/></configuration>", 2, None, "an include without href"),
        ("<configuration>\n<property name='a&b;'/></configuration>", 2, None, "correct the attributes"),
        ("<configuration>\n<property name=a/></configuration>", 2, None, "correct the attributes"),
        ("<configuration>\n<property", 2, None, "tag not closed"),
        ("<configuration>\n<!-- ", 2, None, "comment not closed"),
        (&format!("<configuration>{deep}"), 1, None, "elements nest deeper than 32"),
    ];
    for (text, line, key, problem) in table {
        match parse(Path::new(PATH), text) {
            Err(HadoopConfError::Malformed { path, line: found_line, key: found_key, problem: found }) => {
                assert_eq!(
                    (path.as_path(), found_line, found_key.as_deref()),
                    (Path::new(PATH), line, key),
                    "{text}: {found}"
                );
                assert!(found.contains(problem), "{text}: {found}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

const SAMPLE: &str = "<?xml version=\"1.0\"?>\n<configuration xmlns:xi='http://www.w3.org/2001/XInclude'>\n\
    <property><name>a</name><value>x &amp; <![CDATA[<y>]]></value><final>true</final></property>\n\
    <property name='b' value='&lt;'/><!-- c -->\n<xi:include href='f.xml'><xi:fallback><property><name>d</name>\
    <value>\u{4e2d}</value></property></xi:fallback></xi:include>\n</configuration>\n";

#[test]
fn cut_short_anywhere_it_is_an_error() {
    assert!(parse(Path::new(PATH), SAMPLE).is_ok());
    let end = SAMPLE.trim_end().len();
    for (at, _) in SAMPLE.char_indices().filter(|(at, _)| *at < end) {
        let cut = &SAMPLE[..at];
        assert!(parse(Path::new(PATH), cut).is_err(), "{cut}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_gives_an_answer(text in "\\PC{0,200}") {
        let _ = parse(Path::new(PATH), &text);
    }

    #[test]
    fn pieces_of_xml_in_any_order_give_an_answer(
        pieces in proptest::collection::vec(
            proptest::sample::select(vec![
                "<configuration>", "</configuration>", "<property>", "</property>", "<name>", "</name>", "k", "<value>",
                "</value>", "<final>", "true", "</final>", "<xi:include href='f'>", "</xi:include>", "<xi:fallback>",
                "</xi:fallback>", "&amp;", "&#1;", "&", "<![CDATA[", "]]>", "<!--", "-->", "<", ">", "\n", "<!DOCTYPE",
                "<?xml", "?>", "='", "\u{feff}", "\0",
            ]),
            0..40,
        )
    ) {
        let _ = parse(Path::new(PATH), &pieces.concat());
    }

    #[test]
    fn a_changed_byte_gives_an_answer(at in 0..SAMPLE.len(), byte in 0_u8..128) {
        let mut bytes = SAMPLE.as_bytes().to_vec();
        bytes[at] = byte;
        if let Ok(text) = std::str::from_utf8(&bytes) {
            let _ = parse(Path::new(PATH), text);
        }
    }
}
