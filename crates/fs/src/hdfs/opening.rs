//! Opening and creating files.

use std::sync::Arc;

use weft_hadoop_rpc::{
    ExceptionKind, RpcError,
    hdfs::{CreateFile, FileInProgress},
};

use super::{
    client::HdfsClient,
    failure, namespace,
    read::HdfsFileReader,
    write::{HdfsFileWriter, OpenFile},
};
use crate::{CreateMode, CreateOptions, FsError, Operation, Path};

/// What a file gets, under the umask, when nothing else is asked for.
const FILE: u16 = 0o666;
/// Bits of a file's flags.
const ENCRYPTED: u32 = 2;
const ERASURE_CODED: u32 = 4;

pub(super) async fn open(client: &Arc<HdfsClient>, path: &Path) -> Result<HdfsFileReader, FsError> {
    let operation = Operation::Open;
    let (found, status) = namespace::status(client, operation, path).await?;
    if status.is_directory() {
        return Err(FsError::IsADirectory { operation, path: path.clone() });
    }
    check_flags(operation, path, found.flags())?;
    client.check_data_transfer(operation, path).await?;
    HdfsFileReader::open(Arc::clone(client), path.clone(), found.file_id()).await
}

pub(super) async fn create(
    client: &Arc<HdfsClient>,
    path: &Path,
    options: CreateOptions,
) -> Result<HdfsFileWriter, FsError> {
    let operation = Operation::Create;
    client.check_data_transfer(operation, path).await?;
    let permission = options.permission.map_or(FILE, |permission| permission.mode());
    let file = CreateFile {
        path: path.path().to_owned(),
        permission: client.settings.masked(permission),
        client_name: client.name.clone(),
        overwrite: options.mode == CreateMode::Overwrite,
        create_parent: false,
        replication: client.settings.replication,
        block_size: client.settings.block_size,
    };
    let created = client.name_node.create(&file).await;
    let created = created.map_err(|error| refused(path, options.mode, error))?;
    let progress = FileInProgress { path: file.path, file_id: created.file_id(), client_name: file.client_name };
    let open = OpenFile::new(Arc::clone(client), path.clone(), progress);
    if let Err(error) = check_flags(operation, path, created.flags()) {
        open.discard().await?;
        return Err(error);
    }
    Ok(HdfsFileWriter::begin(open))
}

fn refused(path: &Path, mode: CreateMode, error: RpcError) -> FsError {
    let (operation, kind) = (Operation::Create, error.exception().map(|exception| exception.kind));
    match (mode, kind) {
        // What exists and cannot be overwritten is a directory.
        (CreateMode::Overwrite, Some(ExceptionKind::FileAlreadyExists)) => {
            FsError::IsADirectory { operation, path: path.clone() }
        }
        // Somebody is writing a file of this name, or has stopped to and the NameNode is ending it.
        (CreateMode::New, Some(ExceptionKind::AlreadyBeingCreated | ExceptionKind::RecoveryInProgress)) => {
            FsError::AlreadyExists { operation, path: path.clone() }
        }
        _ => failure::of_call(operation, path, error),
    }
}

fn check_flags(operation: Operation, path: &Path, flags: u32) -> Result<(), FsError> {
    let reason = match flags {
        _ if flags & ERASURE_CODED != 0 => {
            "it is erasure-coded, which this version cannot read or write: use a directory with replication"
        }
        _ if flags & ENCRYPTED != 0 => {
            "it lies in an encryption zone, which this version cannot read or write: use a directory outside of one"
        }
        _ => return Ok(()),
    };
    Err(FsError::Unsupported { operation, path: path.clone(), reason })
}
