//! Starting a log, and the hold on it.

use crate::layer::{self, Filter};
use crate::limits::{Limits, SharedLimits};
use crate::output::{Destination, Output};
use crate::queue::Queue;
use crate::rolling::RollingFile;
use crate::writer::Writer;
use crate::{LogError, LogSettings, WarningListener, reaper};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tracing::Subscriber;

/// How long the end of a process waits for its log.
const LAST_FLUSH: Duration = Duration::from_secs(2);

/// Starts logs.
#[derive(Clone, Copy, Debug)]
pub struct Logging;

impl Logging {
    /// Writes the events of this process to `<directory>/<name>.log`; to a numbered name if another process writes that. The name
    /// begins with `weft-`. Keep what is returned until the end of the process.
    pub fn start(settings: LogSettings, directory: &Path, name: &str) -> Result<LogHandle, LogError> {
        let (handle, subscriber) = Self::to_file(settings, directory, name)?;
        install(subscriber)?;
        Ok(handle)
    }

    /// Writes the events of this process to its standard error, at once. A reader that does not read holds up who logs, as it does
    /// whoever else writes there.
    pub fn to_standard_error(settings: &LogSettings) -> Result<LogHandle, LogError> {
        let output = Arc::new(Output::new(Destination::StandardError, settings.format));
        let (subscriber, filter) = layer::subscriber(settings, output.clone());
        install(subscriber)?;
        Ok(LogHandle::new(settings.clone(), filter, output, None))
    }

    pub(crate) fn to_file(
        settings: LogSettings,
        directory: &Path,
        name: &str,
    ) -> Result<(LogHandle, impl Subscriber + Send + Sync + use<>), LogError> {
        if !name.starts_with(reaper::PREFIX) || name.contains(['/', '\0', '\n']) {
            return Err(LogError::Name { name: name.to_owned() });
        }
        let limits = Limits::from(&settings);
        let rolling = RollingFile::open(directory, name, limits)?;
        let file = LogFile {
            path: rolling.path().to_owned(),
            queue: Arc::new(Queue::default()),
            limits: Arc::new(SharedLimits::new(limits)),
            lost: Arc::default(),
        };
        let output = Arc::new(Output::new(Destination::Queue(file.queue.clone()), settings.format));
        let writer = Writer {
            queue: file.queue.clone(),
            output: output.clone(),
            limits: file.limits.clone(),
            file: rolling,
            lost: file.lost.clone(),
            unsaid: 0,
            complained: false,
        };
        let thread = std::thread::Builder::new().name("weft-log".to_owned()).spawn(move || writer.run());
        thread.map_err(|source| LogError::Thread { source })?;
        let (subscriber, filter) = layer::subscriber(&settings, output.clone());
        Ok((LogHandle::new(settings, filter, output, Some(file)), subscriber))
    }
}

fn install(subscriber: impl Subscriber + Send + Sync) -> Result<(), LogError> {
    tracing::subscriber::set_global_default(subscriber).map_err(|_| LogError::AlreadyStarted)
}

/// The hold on the log of a process. Dropped, it writes what is under way, and the log is over.
#[must_use = "the log is over when its handle is dropped"]
pub struct LogHandle {
    settings: Mutex<LogSettings>,
    filter: Filter,
    output: Arc<Output>,
    file: Option<LogFile>,
}

struct LogFile {
    path: PathBuf,
    queue: Arc<Queue>,
    limits: Arc<SharedLimits>,
    lost: Arc<AtomicU64>,
}

impl LogHandle {
    fn new(settings: LogSettings, filter: Filter, output: Arc<Output>, file: Option<LogFile>) -> Self {
        LogHandle { settings: Mutex::new(settings), filter, output, file }
    }

    /// The file that is written; `None` for standard error. It keeps this name when it is rolled.
    pub fn path(&self) -> Option<&Path> {
        self.file.as_ref().map(|file| file.path.as_path())
    }

    /// The settings in force.
    pub fn settings(&self) -> LogSettings {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts other settings into force. Whether they were others.
    pub fn reload(&self, settings: &LogSettings) -> Result<bool, LogError> {
        let mut current = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        if *current == *settings {
            return Ok(false);
        }
        self.filter.reload(settings.filter()).map_err(|_| LogError::Over)?;
        self.output.set_format(settings.format);
        if let Some(file) = &self.file {
            file.limits.set(Limits::from(settings));
        }
        *current = settings.clone();
        Ok(true)
    }

    /// Has the last warnings and errors told, now and whenever there is another; one listener at a time. The level may keep them away.
    pub fn on_warning(&self, listener: WarningListener) {
        self.output.warnings.listen(listener);
    }

    /// Has the directory kept within its limits soon, on the thread that writes. To be asked whenever a file may have become removable: when
    /// somebody has written his last line to it.
    pub fn tidy(&self) {
        if let Some(file) = &self.file {
            file.queue.tidy();
        }
    }

    /// How many lines could not be written since the process began.
    pub fn lost(&self) -> u64 {
        self.file.as_ref().map_or(0, |file| file.lost.load(Ordering::Relaxed))
    }

    /// Waits until everything that was logged is written, but no longer than this. Whether it is.
    pub fn flush(&self, longest: Duration) -> bool {
        self.file.as_ref().is_none_or(|file| file.queue.flush(longest))
    }
}

impl Drop for LogHandle {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            file.queue.close();
            // A disk that hangs must not keep the process: its thread is left behind.
            file.queue.flush(LAST_FLUSH);
        }
    }
}
