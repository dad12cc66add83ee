//! What programs have of the configuration of the process that starts them.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::watch;
use weft_common::configuration::options::is_about_logging;

/// What a configuration says about logging, newest last; `None` until it says something new.
pub type LoggingChanges = watch::Receiver<Option<BTreeMap<String, String>>>;

/// The configuration that a process hands to the programs it starts. What it says about logging may change while they run; all else stays.
#[derive(Clone, Debug)]
pub struct Inherited {
    at_start: Arc<BTreeMap<String, String>>,
    logging: LoggingChanges,
}

impl Inherited {
    /// What is handed on: all that is in `configuration`, and from `logging` what is about logging.
    pub fn new(configuration: BTreeMap<String, String>, logging: LoggingChanges) -> Self {
        Inherited { at_start: Arc::new(configuration), logging }
    }

    /// What holds now, for a program that is started with it. Later changes are told by [`changed`](Self::changed) of the same value.
    pub fn now(&mut self) -> BTreeMap<String, String> {
        let logging = self.logging.borrow_and_update().clone();
        let mut all = BTreeMap::clone(&self.at_start);
        if let Some(logging) = logging {
            all.retain(|key, _| !is_about_logging(key));
            all.extend(about_logging(logging));
        }
        all
    }

    /// Waits for a change since [`now`](Self::now), or the last one that was returned: what holds about logging from now on.
    pub async fn changed(&mut self) -> BTreeMap<String, String> {
        loop {
            if self.logging.changed().await.is_err() {
                // Nobody will say anything new.
                std::future::pending::<()>().await;
            }
            if let Some(logging) = self.logging.borrow_and_update().clone() {
                return about_logging(logging).collect();
            }
        }
    }
}

fn about_logging(all: BTreeMap<String, String>) -> impl Iterator<Item = (String, String)> {
    all.into_iter().filter(|(key, _)| is_about_logging(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    fn map(of: &[(&str, &str)]) -> BTreeMap<String, String> {
        of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_is_about_logging_changes_and_nothing_else() {
        let (say, changes) = watch::channel(None);
        let start = map(&[("env.log.level", "INFO"), ("log.levels.a", "DEBUG"), ("rest.port", "1")]);
        let mut inherited = Inherited::new(start.clone(), changes);
        assert_eq!(inherited.now(), start);
        let mut running = inherited.clone();
        assert_eq!(running.changed().now_or_never(), None);
        say.send_replace(Some(map(&[("log.format", "json"), ("rest.port", "2")])));
        assert_eq!(inherited.now(), map(&[("log.format", "json"), ("rest.port", "1")]));
        assert_eq!(inherited.changed().now_or_never(), None, "it was started with that");
        assert_eq!(running.changed().now_or_never(), Some(map(&[("log.format", "json")])));
        assert_eq!(running.changed().now_or_never(), None);
        drop(say);
        assert_eq!(running.changed().now_or_never(), None);
    }
}
