//! What the configuration says about logging.

use crate::LogError;
use std::collections::BTreeMap;
use tracing_subscriber::filter::{LevelFilter, Targets};
use weft_common::configuration::options::{self, LogFormat, LogLevel};
use weft_common::configuration::{ConfigType, ConfigValue};
use weft_common::{Configuration, MemorySize};

/// What is logged, in which form, and how much of it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// What is logged where [`levels`](Self::levels) says nothing else.
    pub level: LogLevel,
    /// What is logged of what begins with a text; the longest counts.
    pub levels: BTreeMap<String, LogLevel>,
    /// What lines look like.
    pub format: LogFormat,
    /// How large a file becomes.
    pub max_file_size: MemorySize,
    /// How many earlier files of a process are kept.
    pub max_files: u32,
    /// How much all files of a directory take.
    pub max_total_size: MemorySize,
    /// How many files with what programs wrote are kept in a directory.
    pub max_outputs: u32,
}

impl LogSettings {
    /// The settings in a configuration. An error names the key that is wrong.
    pub fn from_configuration(configuration: &Configuration) -> Result<Self, LogError> {
        let levels = configuration.get(&options::LOG_LEVELS)?.unwrap_or_default();
        // The option holds levels only.
        let level = |text: String| LogLevel::from_value(&ConfigValue::Text(text)).unwrap_or(LogLevel::Info);
        Ok(LogSettings {
            level: configuration.get(&options::LOG_LEVEL)?,
            levels: levels.into_iter().map(|(target, text)| (target, level(text))).collect(),
            format: configuration.get(&options::LOG_FORMAT)?,
            max_file_size: configuration.get(&options::LOG_FILE_MAX_SIZE)?,
            max_files: configuration.get(&options::LOG_MAX)?,
            max_total_size: configuration.get(&options::LOG_DIRECTORY_MAX_SIZE)?,
            max_outputs: configuration.get(&options::LOG_DIRECTORY_MAX_OUTPUTS)?,
        })
    }

    pub(crate) fn filter(&self) -> Targets {
        let levels = self.levels.iter().map(|(target, level)| (target.clone(), filter(*level)));
        Targets::new().with_default(filter(self.level)).with_targets(levels)
    }
}

fn filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(yaml: &str) -> Result<LogSettings, LogError> {
        LogSettings::from_configuration(&Configuration::parse_yaml("config.yaml", yaml).unwrap())
    }

    #[test]
    fn the_defaults() {
        let settings = settings("").unwrap();
        assert_eq!(settings.level, LogLevel::Info);
        assert_eq!(settings.format, LogFormat::Text);
        assert_eq!(settings.max_file_size, MemorySize::from_mib(10));
        assert_eq!(settings.max_files, 10);
        assert_eq!(settings.max_total_size, MemorySize::from_mib(1024));
        assert_eq!(settings.max_outputs, 1000);
        assert!(settings.levels.is_empty());
    }

    #[test]
    fn levels_of_targets() {
        let settings =
            settings("env.log.level: warn\nlog: {levels: {weft_exchange: debug, 'weft_exchange::tcp': off}}");
        let settings = settings.unwrap();
        assert_eq!(settings.level, LogLevel::Warn);
        let filter = settings.filter();
        assert!(filter.would_enable("weft_exchange::gate", &tracing::Level::DEBUG));
        assert!(!filter.would_enable("weft_exchange::tcp::link", &tracing::Level::ERROR));
        assert!(!filter.would_enable("weft_runtime", &tracing::Level::INFO));
        assert!(filter.would_enable("weft_runtime", &tracing::Level::WARN));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let of = |yaml| settings(yaml).unwrap_err().to_string();
        let loud = of("log.levels: {weft_exchange: loud}");
        assert!(loud.contains("log.levels") && loud.contains("each value a level such as `DEBUG`"), "{loud}");
        let level = of("env.log.level: chatty");
        assert!(level.contains("env.log.level") && level.contains("chatty"), "{level}");
        let small = of("log.file.max-size: 1 kb");
        assert!(small.contains("at least 64 kb"), "{small}");
    }
}
