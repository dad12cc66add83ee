//! What a dead process wrote last.

/// How NodeManagers announce the end of a file.
const ANNOUNCED: &str = "Last ";
/// The file that tells of the start and not of the process.
const OF_THE_START: &str = "prelaunch.err";

/// The last lines that a process wrote to its standard error, as its NodeManager quotes them: at most `lines` of them. `None` if it
/// quotes nothing.
///
/// The announcement is a line `Last 4096 bytes of <file> :`; what follows, up to the next, is the end of that file.
pub fn tail_of(diagnostics: &str, lines: usize) -> Option<String> {
    let mut quoted: Vec<&str> = Vec::new();
    let mut quoting = false;
    for line in diagnostics.lines() {
        match announced(line) {
            // A file that is empty, or tells only of the start, does not take the place of one that says something.
            Some(file) => quoting = !file.contains(OF_THE_START),
            None if quoting && !line.trim().is_empty() => quoted.push(line.trim_end()),
            None => {}
        }
    }
    let from = quoted.len().saturating_sub(lines);
    let last = quoted.get(from..).filter(|last| !last.is_empty())?;
    Some(last.join("\n"))
}

/// The file that a line announces the end of.
fn announced(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once(ANNOUNCED)?;
    let (bytes, rest) = rest.split_once(" bytes of ")?;
    let file = rest.trim_end().strip_suffix(':')?;
    bytes.parse::<u64>().is_ok().then_some(file.trim_end())
}
