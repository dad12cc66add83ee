//! What containers are asked for and started with, made without naming every field.

use std::str::FromStr;

use crate::proto::*;

/// What stands for "no port" in a [`Url`].
const NO_PORT: i32 = -1;

impl Resource {
    /// Memory in MiB and virtual cores.
    pub fn of(memory: i64, virtual_cores: i32) -> Self {
        Resource { memory, virtual_cores, others: Vec::new() }
    }
}

/// A text that does not say where a file is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" does not name a file with its file system: write it as hdfs://host:port/path or file:///path")]
pub struct NotAUrl {
    /// The text as it was given.
    pub text: String,
}

impl FromStr for Url {
    type Err = NotAUrl;

    /// Takes the text as paths are written, nothing in it escaped. A nameservice is a host without a port.
    fn from_str(text: &str) -> Result<Self, NotAUrl> {
        parsed(text).ok_or_else(|| NotAUrl { text: text.to_owned() })
    }
}

fn parsed(text: &str) -> Option<Url> {
    let (scheme, rest) = text.split_once(':').filter(|(scheme, _)| !scheme.is_empty() && !scheme.contains('/'))?;
    let (authority, file) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/')?),
        None => ("", rest),
    };
    let (user_info, authority) = match authority.rsplit_once('@') {
        Some((user_info, authority)) => (Some(user_info), authority),
        None => (None, authority),
    };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, i32::from(port.parse::<u16>().ok()?)),
        None => (authority, NO_PORT),
    };
    file.starts_with('/').then(|| Url {
        scheme: Some(scheme.to_owned()),
        host: (!host.is_empty()).then(|| host.to_owned()),
        port: Some(port),
        file: Some(file.to_owned()),
        user_info: user_info.map(str::to_owned),
    })
}

impl LocalResource {
    /// A file that is copied to the node as it is, for the containers of this application. `modified` is its modification
    /// time in milliseconds since 1970, exactly as its file system tells it.
    pub fn file(resource: Url, size: i64, modified: i64) -> Self {
        LocalResource {
            resource,
            size,
            timestamp: modified,
            r#type: LocalResourceType::File as i32,
            visibility: LocalResourceVisibility::Application as i32,
            pattern: None,
        }
    }
}

impl ContainerLaunchContext {
    /// A container that runs a command. The command stands between double quotes of a shell: `"` ends it, `$` and `\` mean
    /// what they mean there, and `<LOG_DIR>` becomes the container's directory for logs.
    pub fn command(command: impl Into<String>) -> Self {
        ContainerLaunchContext { command: vec![command.into()], ..ContainerLaunchContext::default() }
    }

    /// With a variable in its environment.
    pub fn with_variable(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.push(StringPair { key: key.into(), value: value.into() });
        self
    }

    /// With a file under a name in its directory. The same file under two names appears under only one of them.
    pub fn with_file(mut self, name: impl Into<String>, resource: LocalResource) -> Self {
        self.local_resources.push(NamedLocalResource { name: name.into(), resource });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message;

    fn url(scheme: &str, host: Option<&str>, port: i32, file: &str) -> Url {
        Url {
            scheme: Some(scheme.to_owned()),
            host: host.map(str::to_owned),
            port: Some(port),
            file: Some(file.to_owned()),
            user_info: None,
        }
    }

    #[test]
    fn urls() {
        let table = [
            ("hdfs://127.0.0.1:9000/a/b", url("hdfs", Some("127.0.0.1"), 9000, "/a/b")),
            ("hdfs://ns1/a", url("hdfs", Some("ns1"), -1, "/a")),
            ("file:///a b%", url("file", None, -1, "/a b%")),
            ("file:/a", url("file", None, -1, "/a")),
            ("s3a://me@bucket/k", Url { user_info: Some("me".into()), ..url("s3a", Some("bucket"), -1, "/k") }),
        ];
        for (text, expected) in table {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for text in ["", "/a", "a/b:c", "hdfs://host", "hdfs:a", "hdfs://h:99999/a", "://h/a"] {
            assert_eq!(text.parse::<Url>(), Err(NotAUrl { text: text.to_owned() }));
        }
    }

    #[test]
    fn golden_url_without_a_port() {
        // A port of -1 takes ten bytes; left out it would be port 0.
        let bytes = url("file", None, -1, "/a").encode_to_vec();
        assert_eq!(bytes, b"\x0a\x04file\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x22\x02/a");
    }
}
