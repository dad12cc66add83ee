//! Ports that may be used.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Ports in the order in which they are tried, such as `50000-50025,50030`; or 0: any that is free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortRange {
    parts: Vec<RangeInclusive<u16>>,
}

/// A text that names no ports.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` names no ports: {reason}; write a port, a range or several, as in 50000-50025,50030, or 0 for any free port"
)]
pub struct NotAPortRange {
    text: String,
    reason: String,
}

impl PortRange {
    /// Any port that is free.
    pub fn any() -> Self {
        PortRange { parts: vec![0..=0] }
    }

    /// The ports, in order.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.parts.iter().flat_map(|part| part.clone())
    }

    /// Whether a port is one of them.
    pub fn contains(&self, port: u16) -> bool {
        self.parts.iter().any(|part| part.contains(&port))
    }
}

impl FromStr for PortRange {
    type Err = NotAPortRange;

    fn from_str(text: &str) -> Result<Self, NotAPortRange> {
        let wrong = |reason: String| NotAPortRange { text: text.chars().take(80).collect(), reason };
        let parts =
            text.split(',').map(|part| parse_part(part.trim()).map_err(wrong)).collect::<Result<Vec<_>, _>>()?;
        if parts.len() > 1 && parts.iter().any(|part| part.contains(&0)) {
            return Err(wrong("0 stands alone".into()));
        }
        Ok(PortRange { parts })
    }
}

fn parse_part(part: &str) -> Result<RangeInclusive<u16>, String> {
    let port = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let port = text.parse::<u16>().ok().filter(|_| digits);
        port.ok_or_else(|| format!("`{text}` is no port from 0 to 65535"))
    };
    let Some((first, last)) = part.split_once('-') else { return port(part).map(|port| port..=port) };
    match (port(first.trim())?, port(last.trim())?) {
        (0, _) => Err("a range begins at 1 at least".into()),
        (first, last) if first > last => Err(format!("{first} is after {last}")),
        (first, last) => Ok(first..=last),
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, part) in self.parts.iter().enumerate() {
            f.write_str(if position == 0 { "" } else { "," })?;
            match part.start() == part.end() {
                true => write!(f, "{}", part.start())?,
                false => write!(f, "{}-{}", part.start(), part.end())?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_in_order() {
        let range: PortRange = "50000-50002, 50030,49999".parse().unwrap();
        assert_eq!(range.iter().collect::<Vec<_>>(), [50_000, 50_001, 50_002, 50_030, 49_999]);
        assert_eq!(range.to_string(), "50000-50002,50030,49999");
        assert!(range.contains(50_001) && !range.contains(50_003));
        assert_eq!("0".parse(), Ok(PortRange::any()));
        assert_eq!("65535".parse::<PortRange>().unwrap().iter().collect::<Vec<_>>(), [65_535]);
    }

    #[test]
    fn what_names_no_ports_is_refused_with_its_reason() {
        for (text, reason) in [
            ("", "`` is no port"),
            ("65536", "`65536` is no port"),
            ("1,,2", "`` is no port"),
            ("+1", "`+1` is no port"),
            ("5-1", "5 is after 1"),
            ("0-9", "a range begins at 1"),
            ("0,1", "0 stands alone"),
            ("a-b", "`a` is no port"),
            ("1-2-3", "`2-3` is no port"),
        ] {
            let message = text.parse::<PortRange>().unwrap_err().to_string();
            assert!(message.contains(reason), "{message}");
        }
    }
}
