//! The secret of a cluster: a file of 64 hex digits that its owner alone can read.

use std::fs::File;
use std::io::Read;
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::{Context, bail};
use weft_common::configuration::{Configuration, options};
use weft_common::trust::SecretKey;

/// The secret of the configured file, if one is configured.
pub(super) fn secret(configuration: &Configuration) -> anyhow::Result<Option<SecretKey>> {
    configuration.get(&options::SECRET_FILE)?.map(|path| read(Path::new(&path))).transpose()
}

fn read(path: &Path) -> anyhow::Result<SecretKey> {
    let shown = path.display();
    let mut file = File::open(path).with_context(|| format!("cannot open the secret {shown} (cluster.secret-file)"))?;
    let mode = file.metadata().with_context(|| format!("cannot look at the secret {shown}"))?.mode();
    if mode & 0o077 != 0 {
        bail!("the secret {shown} can be read by others (mode {:03o}): chmod 600 {shown}", mode & 0o777);
    }
    let mut text = String::new();
    // Whatever it is, it is not worth reading whole.
    let read = file.by_ref().take(1024).read_to_string(&mut text);
    read.with_context(|| format!("cannot read the secret {shown}"))?;
    parse(text.trim()).with_context(|| {
        format!("{shown} holds no secret: 64 hex digits are (head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \\n')")
    })
}

fn parse(text: &str) -> Option<SecretKey> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut key = [0; SecretKey::BYTES];
    for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(SecretKey::new(key))
}

/// Warns of a cluster that others than this machine can reach and that asks nobody for a secret.
pub(super) fn warn_if_open(what: &str, bind_host: &str, secret: Option<&SecretKey>) {
    if is_open(bind_host) && secret.is_none() {
        tracing::warn!(
            "{what} listens at {bind_host} and there is no secret: whoever reaches it can run programs here. Set \
             cluster.secret-file on all machines of the cluster, and rest.token-file for REST"
        );
    }
}

/// The same of REST, which takes programs: its word is another one.
pub(super) fn warn_if_rest_is_open(bind_host: &str, has_token: bool, takes_programs: bool) {
    if is_open(bind_host) && !has_token && takes_programs {
        tracing::warn!(
            "REST listens at {bind_host} and asks for no token: whoever reaches it can run programs here. Set rest.token-file, or \
             web.submit.enable: false"
        );
    }
}

/// Whether others than this machine reach what listens there.
fn is_open(bind_host: &str) -> bool {
    bind_host != "localhost" && !bind_host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn loopback_is_for_this_machine_alone() {
        for (host, open) in [
            ("localhost", false),
            ("127.0.0.1", false),
            ("127.0.1.11", false),
            ("::1", false),
            ("0.0.0.0", true),
            ("::", true),
            ("10.0.0.7", true),
            ("node1.example.org", true),
        ] {
            assert_eq!(is_open(host), open, "{host}");
        }
    }

    #[test]
    fn a_secret_is_read_from_a_file_of_its_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        std::fs::write(&path, format!("{}\n", "0f".repeat(32))).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let open = read(&path).unwrap_err().to_string();
        assert!(open.contains("can be read by others (mode 640): chmod 600"), "{open}");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(read(&path).unwrap(), SecretKey::new([0x0f; 32]));
        for wrong in ["", "0f", &"0g".repeat(32), &"+f".repeat(32)] {
            std::fs::write(&path, wrong).unwrap();
            assert!(read(&path).unwrap_err().to_string().contains("holds no secret"), "{wrong}");
        }
    }
}
