//! What YARN says of TaskManagers that are gone, for the sentence in which an application says why it failed.
//!
//! A job that cannot go on without a TaskManager is over the moment its connection breaks. YARN tells a second or two later why it broke: the
//! container was killed for memory, was preempted, its node is gone. By then the application would have told its own end.

use std::time::Duration;
use tokio::sync::watch;
use weft_common::TaskManagerId;

/// How long an application's end waits for what YARN says. The ledger of containers gives a lost TaskManager back after five seconds, and a node
/// sends a heartbeat a second.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many are remembered: what a failure names was lost just before.
const REMEMBERED: usize = 32;

/// Why TaskManagers count no more, the newest last. Each goes on after the TaskManager's name.
#[derive(Debug, Default)]
pub(super) struct LastWords(watch::Sender<Vec<(TaskManagerId, String)>>);

impl LastWords {
    /// This is why one counts no more.
    pub(super) fn hear(&self, task_manager: &TaskManagerId, word: &str) {
        self.0.send_modify(|words| {
            if words.len() == REMEMBERED {
                words.remove(0);
            }
            words.push((task_manager.clone(), word.to_owned()));
        });
    }

    /// A sentence that names these TaskManagers, which are lost, with what is said of them soon.
    pub(super) async fn about(&self, mut sentence: String, lost: &[TaskManagerId]) -> String {
        let mut words = self.0.subscribe();
        let all = |words: &Vec<(TaskManagerId, String)>| {
            lost.iter().all(|lost| words.iter().any(|(task_manager, _)| task_manager == lost))
        };
        if tokio::time::timeout(PATIENCE, words.wait_for(all)).await.is_err() {
            tracing::info!("YARN has not said within {PATIENCE:?} how each of these ended: {lost:?}");
        }
        for (task_manager, word) in self.0.borrow().iter().filter(|(task_manager, _)| lost.contains(task_manager)) {
            let before = [(sentence.as_str(), None)].into_iter();
            if let Some((_, after)) = weft_control::explained(before, task_manager, word) {
                sentence = after;
            }
        }
        sentence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> TaskManagerId {
        TaskManagerId(name.to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_said_late_of_a_lost_one_is_in_the_sentence() {
        let words = LastWords::default();
        words.hear(&id("c2"), "has ended: another one");
        let lost = [id("c1")];
        let about = words.about("TaskManager c1 does not answer".to_owned(), &lost);
        let later = async {
            tokio::time::sleep(PATIENCE / 2).await;
            words.hear(&id("c1"), "has ended: killed for memory");
        };
        let (sentence, ()) = tokio::join!(about, later);
        assert_eq!(sentence, "TaskManager c1 does not answer; has ended: killed for memory");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_said_is_not_waited_for_for_ever_and_nobody_is_waited_for_who_is_not_lost() {
        let words = LastWords::default();
        let began = tokio::time::Instant::now();
        assert_eq!(words.about("main ended".to_owned(), &[]).await, "main ended");
        assert_eq!(began.elapsed(), Duration::ZERO);
        assert_eq!(words.about("TaskManager c1 is lost".to_owned(), &[id("c1")]).await, "TaskManager c1 is lost");
        assert_eq!(began.elapsed(), PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_life_is_not_remembered_whole() {
        let words = LastWords::default();
        for number in 0..100 {
            words.hear(&id(&format!("c{number}")), "has ended");
        }
        assert_eq!(words.0.borrow().len(), REMEMBERED);
        assert_eq!(words.about("c99".to_owned(), &[id("c99")]).await, "c99; has ended");
    }
}
