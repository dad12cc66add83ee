//! The trait, for HDFS.

use std::{ops::Range, sync::Arc};

use futures_util::FutureExt;
use weft_common::Configuration;
use weft_hadoop_conf::{Environment, Sources};
use weft_hadoop_rpc::Login;

use super::{attributes, connect::Connector, listing, namespace, opening};
use crate::{
    BlockLocation, CreateOptions, FileReader, FileStatus, FileStatusStream, FileSystem, FileWriter, FsFuture,
    Operation, Path, Permission, Recursive,
};

/// Files in HDFS, for paths with the scheme `hdfs`: `hdfs://nameservice/path`, `hdfs://host/path`, `hdfs://host:port/path`, and
/// `hdfs:///path` in the file system that `fs.defaultFS` names.
///
/// Its operations run on the tokio runtime they are awaited in, and panic outside of one. Every wait ends: calls to NameNodes
/// after a minute, over all of them and however often they are repeated; waits for DataNodes after `dfs.client.socket-timeout`,
/// and after seconds where another DataNode can take over.
///
/// The user is the one `HADOOP_USER_NAME` names, else that of the process. Files are made with the permissions that are asked
/// for, or 666, and directories with 777, both under `fs.permissions.umask-mode`.
///
/// What is not known yet is refused by name: data that is protected or encrypted on its way to DataNodes, erasure-coded files
/// and encryption zones.
pub struct HdfsFileSystem {
    connector: Connector,
}

impl HdfsFileSystem {
    /// With Hadoop's configuration from these sources, which are read when the first path is used.
    pub fn new(sources: Sources) -> Self {
        HdfsFileSystem { connector: Connector::new(sources, None) }
    }

    /// The same for somebody else than the process's user. Newer credentials of the login are used as they come.
    pub fn with_login(sources: Sources, login: Login) -> Self {
        HdfsFileSystem { connector: Connector::new(sources, Some(login)) }
    }

    /// With the configuration that this process's environment leads to, under the keys that the engine's passes through.
    pub fn of_process(configuration: &Configuration) -> Self {
        let keys = configuration.iter().map(|(key, value, _)| (key.to_owned(), value.to_text()));
        Self::new(Sources::new(Environment::of_process()).with_engine(keys))
    }
}

impl FileSystem for HdfsFileSystem {
    fn status<'a>(&'a self, path: &'a Path) -> FsFuture<'a, FileStatus> {
        async move {
            let client = self.connector.client(Operation::Status, path).await?;
            Ok(namespace::status(&client, Operation::Status, path).await?.1)
        }
        .boxed()
    }

    fn list<'a>(&'a self, directory: &'a Path) -> FileStatusStream<'a> {
        listing::list(&self.connector, directory)
    }

    fn open<'a>(&'a self, path: &'a Path) -> FsFuture<'a, Box<dyn FileReader>> {
        async move {
            let client = self.connector.client(Operation::Open, path).await?;
            Ok(Box::new(opening::open(&client, path).await?) as _)
        }
        .boxed()
    }

    fn create<'a>(&'a self, path: &'a Path, options: CreateOptions) -> FsFuture<'a, Box<dyn FileWriter>> {
        async move {
            let client = self.connector.client(Operation::Create, path).await?;
            Ok(Box::new(opening::create(&client, path, options).await?) as _)
        }
        .boxed()
    }

    fn rename_no_replace<'a>(&'a self, source: &'a Path, destination: &'a Path) -> FsFuture<'a, ()> {
        async move {
            let client = self.connector.client(Operation::Rename, source).await?;
            let other = self.connector.client(Operation::Rename, destination).await?;
            namespace::rename(&client, Arc::ptr_eq(&client, &other), source, destination).await
        }
        .boxed()
    }

    fn delete<'a>(&'a self, path: &'a Path, recursive: Recursive) -> FsFuture<'a, bool> {
        async move {
            let client = self.connector.client(Operation::Delete, path).await?;
            namespace::delete(&client, path, recursive).await
        }
        .boxed()
    }

    fn mkdirs<'a>(&'a self, path: &'a Path) -> FsFuture<'a, ()> {
        async move {
            let client = self.connector.client(Operation::Mkdirs, path).await?;
            namespace::mkdirs(&client, path).await
        }
        .boxed()
    }

    fn block_locations<'a>(&'a self, path: &'a Path, range: Range<u64>) -> FsFuture<'a, Vec<BlockLocation>> {
        async move {
            let client = self.connector.client(Operation::BlockLocations, path).await?;
            namespace::block_locations(&client, path, range).await
        }
        .boxed()
    }

    fn permission<'a>(&'a self, path: &'a Path) -> FsFuture<'a, Option<Permission>> {
        async move {
            let client = self.connector.client(Operation::Status, path).await?;
            let (found, _) = namespace::status(&client, Operation::Status, path).await?;
            // The lower bits are those that count.
            Ok(Some(Permission::from_mode((found.permission.permission & 0o777) as u16)))
        }
        .boxed()
    }

    fn set_permission<'a>(&'a self, path: &'a Path, permission: Permission) -> FsFuture<'a, ()> {
        async move {
            let client = self.connector.client(Operation::SetPermission, path).await?;
            attributes::set_permission(&client, path, permission).await
        }
        .boxed()
    }

    fn set_replication<'a>(&'a self, path: &'a Path, copies: u16) -> FsFuture<'a, ()> {
        async move {
            let client = self.connector.client(Operation::SetReplication, path).await?;
            attributes::set_replication(&client, path, copies).await
        }
        .boxed()
    }
}
