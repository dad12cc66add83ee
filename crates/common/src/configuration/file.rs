//! Finding and reading configuration files.

use super::{ConfigError, Configuration, layout};
use std::fs;
use std::path::Path;

const YAML_FILE: &str = "config.yaml";
const LINES_FILE: &str = "flink-conf.yaml";

impl Configuration {
    /// Reads the configuration of a directory: its `config.yaml`, or if there is none its `flink-conf.yaml`.
    pub fn load_dir(dir: &Path) -> Result<Configuration, ConfigError> {
        let found = [YAML_FILE, LINES_FILE].map(|name| dir.join(name)).into_iter().find(|path| path.exists());
        match found {
            Some(path) => Self::load_file(&path),
            None => Err(ConfigError::NoFile { dir: dir.display().to_string() }),
        }
    }

    /// Reads a file: in the older layout if it is called `flink-conf.yaml`, else as YAML.
    pub fn load_file(path: &Path) -> Result<Configuration, ConfigError> {
        let shown = path.display().to_string();
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(source) => return Err(ConfigError::Unreadable { path: shown, source }),
        };
        match path.file_name().is_some_and(|name| name == LINES_FILE) {
            true => Ok(Self::parse_lines(&shown, &text)),
            false => Self::parse_yaml(&shown, &text),
        }
    }

    /// Reads text in the layout of `config.yaml`; `path` is for origins and errors.
    pub fn parse_yaml(path: &str, text: &str) -> Result<Configuration, ConfigError> {
        layout::yaml(path, text)
    }

    /// Reads text in the layout of `flink-conf.yaml`; `path` is for origins.
    pub fn parse_lines(path: &str, text: &str) -> Configuration {
        layout::lines(path, text)
    }
}
