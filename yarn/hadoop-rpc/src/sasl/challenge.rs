//! The texts of DIGEST-MD5: `key=value` or `key="value"`, separated by commas. A quoted value may hold commas, and a
//! backslash takes the next character as it is.

/// The directives of such a text, in order.
pub(super) fn directives(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start_matches([',', ' ']);
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=').ok_or_else(|| format!("\"{rest}\" has no value"))?;
        let (value, after) = value(after)?;
        found.push((key.trim().to_owned(), value));
        rest = after.trim_start_matches([',', ' ']);
    }
    Ok(found)
}

fn value(text: &str) -> Result<(String, &str), String> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(',').unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return Ok((value.trim().to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return Ok((value, characters.as_str())),
            '\\' => value.extend(characters.next()),
            other => value.push(other),
        }
    }
    Err("a quoted value has no end".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quoted_and_bare_values() {
        let text = r#"realm="default",nonce="a\"b,c=d", qop="auth-conf,auth",charset=utf-8,algorithm=md5-sess"#;
        let found = directives(text).unwrap();
        let found: Vec<_> = found.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let expected = [
            ("realm", "default"),
            ("nonce", "a\"b,c=d"),
            ("qop", "auth-conf,auth"),
            ("charset", "utf-8"),
            ("algorithm", "md5-sess"),
        ];
        assert_eq!(found, expected);
        assert_eq!(directives("").unwrap(), []);
        assert!(directives("realm").is_err() && directives("nonce=\"abc").is_err());
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in ".*") {
            let _ = directives(&text);
        }
    }
}
