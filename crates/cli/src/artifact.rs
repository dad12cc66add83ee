//! A program's bytes, on their way to the cluster.

use crate::error::CliError;
use crate::rest::{Payload, RestClient};
use hyper::Method;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use weft_rpc::{BlobHash, BlobRef};

/// Bytes that are hashed at a time.
const PIECE: usize = 256 << 10;

/// The name of a file's bytes.
pub(crate) fn name(path: &Path) -> Result<BlobRef, CliError> {
    let cannot = || CliError::file("read the program", path);
    let mut file = File::open(path).map_err(cannot())?;
    let (mut hash, mut length, mut piece) = (Sha256::new(), 0, vec![0; PIECE]);
    loop {
        let read = file.read(&mut piece).map_err(cannot())?;
        let Some(read) = piece.get(..read).filter(|read| !read.is_empty()) else { break };
        hash.update(read);
        length += read.len() as u64;
    }
    Ok(BlobRef { hash: BlobHash(hash.finalize().into()), length })
}

/// Sends a file's bytes unless the cluster has them.
pub(crate) async fn provide(client: &RestClient, artifact: BlobRef, path: &Path) -> Result<(), CliError> {
    let place = format!("/weft/artifacts/{}", artifact.hash);
    match client.exchange(Method::HEAD, &place, Payload::empty()).await {
        Ok(_) => return Ok(()),
        Err(error) if error.is_not_found() => {}
        Err(error) => return Err(error.into()),
    }
    let file = File::open(path).map_err(CliError::file("read the program", path))?;
    client.exchange(Method::PUT, &place, Payload::file(file, artifact.length)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_its_bytes() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("f");
        std::fs::write(&file, "abc").unwrap();
        // The example of FIPS 180-2.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let named = name(&file).unwrap();
        assert_eq!((named.hash.to_string().as_str(), named.length), (abc, 3));
        assert!(name(&directory.path().join("none")).unwrap_err().to_string().contains("none"));
    }
}
