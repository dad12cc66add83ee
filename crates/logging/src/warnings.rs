//! The last warnings of a process, for whoever is to tell of it when it is gone.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// How many are kept.
const KEPT: usize = 5;
/// Bytes of each that are kept.
const LONGEST: usize = 400;

/// Hears the last warnings and errors whenever there is another, the newest last. Called by whichever thread logs: it must return soon.
pub type WarningListener = Arc<dyn Fn(Vec<String>) + Send + Sync>;

/// The last lines that are warnings or errors.
#[derive(Default)]
pub(crate) struct Warnings {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    lines: VecDeque<String>,
    listener: Option<WarningListener>,
}

impl Warnings {
    /// Keeps a line, the end of the line not.
    pub(crate) fn add(&self, line: &str) {
        let line = line.trim_end();
        let end = line.floor_char_boundary(LONGEST);
        let cut = match line.get(..end) {
            Some(beginning) if end < line.len() => format!("{beginning}…"),
            _ => line.to_owned(),
        };
        let (listener, lines) = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.lines.len() == KEPT {
                kept.lines.pop_front();
            }
            kept.lines.push_back(cut);
            let Some(listener) = kept.listener.clone() else { return };
            (listener, kept.lines.iter().cloned().collect())
        };
        listener(lines);
    }

    /// Tells of what there is, and from now on of what comes.
    pub(crate) fn listen(&self, listener: WarningListener) {
        let lines: Vec<_> = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.listener = Some(listener.clone());
            kept.lines.iter().cloned().collect()
        };
        if !lines.is_empty() {
            listener(lines);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ones_are_kept_and_told() {
        let warnings = Warnings::default();
        warnings.add("WARN before\n");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ears = heard.clone();
        warnings.listen(Arc::new(move |lines| ears.lock().unwrap().push(lines)));
        (0..KEPT).for_each(|number| warnings.add(&format!("WARN {number}\n")));
        let heard = heard.lock().unwrap();
        assert_eq!(heard[0], ["WARN before"]);
        assert_eq!(heard[1], ["WARN before", "WARN 0"]);
        assert_eq!(heard.last().unwrap(), &["WARN 0", "WARN 1", "WARN 2", "WARN 3", "WARN 4"]);
    }

    #[test]
    fn what_is_too_long_is_cut() {
        let warnings = Warnings::default();
        warnings.add(&"ü".repeat(LONGEST));
        let kept = warnings.kept.lock().unwrap();
        assert!(kept.lines[0].ends_with("ü…") && kept.lines[0].len() <= LONGEST + 3);
    }
}
