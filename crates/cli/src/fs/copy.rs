//! Copying between a file system and local files.

use super::Place;
use super::show::{PIECE, Pieces};
use crate::error::CliError;
use crate::output::note;
use bytes::{Bytes, BytesMut};
use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path as LocalPath;
use weft_fs::{CreateOptions, FileSystem, FileWriter, Path, Recursive, Rewrites};

/// Writes a local file. It has its name when it is complete.
pub(super) async fn put(local: &LocalPath, to: &Place, force: bool) -> Result<(), CliError> {
    let file = File::open(local).map_err(CliError::file("read", local))?;
    let to = Place { system: to.system.clone(), path: to.path.clone() };
    let Place { system, path } = to.for_file(local.file_name().and_then(|name| name.to_str())).await?;
    if !force && system.exists(&path).await? {
        return Err(CliError::Usage(format!("{path} is there already: -f replaces it")));
    }
    let written = write_whole(file, local, &*system, &path).await?;
    if force {
        system.delete(&path, Recursive::No).await?;
    }
    Ok(system.rename_no_replace(&written, &path).await?)
}

/// Writes a file beside where it is to be, and another when that fails; gives which it is.
async fn write_whole(
    mut file: File,
    local: &LocalPath,
    system: &dyn FileSystem,
    path: &Path,
) -> Result<Path, CliError> {
    let mut rewrites = Rewrites::default();
    let mut number = 1;
    loop {
        let unfinished = unfinished(path, number);
        let mut writer = system.create(&unfinished, CreateOptions::OVERWRITE).await?;
        let written = match write(&mut file, local, &mut *writer).await {
            Ok(()) => writer.close().await.map_err(CliError::from),
            Err(error) => {
                // What went wrong first is what is told.
                let _ = writer.abort().await;
                Err(error)
            }
        };
        match written {
            Err(CliError::File(error)) if rewrites.again(&error).await => {
                note(format_args!("weft: {error}; it is written again"));
                file.rewind().map_err(CliError::file("read", local))?;
                number += 1;
            }
            done => return done.map(|()| unfinished),
        }
    }
}

/// Hidden from whoever reads the directory meanwhile.
fn unfinished(path: &Path, number: u32) -> Path {
    let name = format!(".{}.copying-{number}", path.file_name().unwrap_or_default());
    path.parent().map_or_else(|| path.join(&name), |directory| directory.join(&name))
}

async fn write(file: &mut File, local: &LocalPath, writer: &mut dyn FileWriter) -> Result<(), CliError> {
    loop {
        let mut piece = BytesMut::zeroed(PIECE);
        let read = file.read(&mut piece).map_err(CliError::file("read", local))?;
        if read == 0 {
            return Ok(writer.sync().await?);
        }
        piece.truncate(read);
        writer.write(Bytes::from(piece)).await?;
    }
}

/// Reads into a local file.
pub(super) async fn get(from: &Place, local: &LocalPath) -> Result<(), CliError> {
    let local = match from.path.file_name().filter(|_| local.is_dir()) {
        Some(name) => local.join(name),
        None => local.to_owned(),
    };
    let reader = from.system.open(&from.path).await?;
    let mut file = File::create_new(&local).map_err(CliError::file("make", &local))?;
    let mut read = Pieces::of(&*reader);
    while let Some(piece) = read.next().await? {
        file.write_all(piece).map_err(CliError::file("write", &local))?;
    }
    Ok(())
}
