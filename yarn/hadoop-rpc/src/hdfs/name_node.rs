//! The NameNode's calls about names: looking, listing, moving.

use std::sync::Arc;

use super::methods::{self, CLIENT_PROTOCOL};
use super::proto::*;
use crate::{Address, CatchUp, Entropy, Login, RpcClient, RpcError, RpcOptions, Service};

/// What leaves a time, or a quota, as it is.
const UNCHANGED: u64 = u64::MAX;

/// Calls to the NameNodes of one nameservice. Paths are absolute, without scheme and host.
///
/// Cheap to clone. Every call that changes something may be repeated by this client with the ids of the first time, which
/// the NameNode recognises; a caller that repeats a call itself makes a new one.
#[derive(Clone, Debug)]
pub struct NameNode {
    pub(super) client: RpcClient,
}

impl NameNode {
    /// A client of the NameNodes at `addresses`; `name` is what messages call them.
    pub fn new(
        name: impl Into<String>,
        addresses: Vec<Address>,
        login: Login,
        options: RpcOptions,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let catch_up = CatchUp::new(&methods::GET_FILE_INFO, &GetFileInfoRequest { src: "/".to_owned() });
        let service = Service { name: name.into(), protocol: CLIENT_PROTOCOL, addresses, catch_up: Some(catch_up) };
        NameNode { client: RpcClient::new(service, login, options, entropy) }
    }

    /// The client below, for a call with another limit.
    pub fn client(&self) -> &RpcClient {
        &self.client
    }

    /// The same with another client below, as [`RpcClient::with_call_timeout`] gives.
    pub fn with_client(&self, client: RpcClient) -> Self {
        NameNode { client }
    }

    /// What is at a path; `None` when nothing is.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn file_info(&self, path: &str) -> Result<Option<FileStatus>, RpcError> {
        let request = GetFileInfoRequest { src: path.to_owned() };
        Ok(self.client.call(&methods::GET_FILE_INFO, &request).await?.status)
    }

    /// A page of a directory's entries in the order of their names, after the name `start_after` (empty: from the
    /// beginning); a file is listed as itself. `None` when nothing is at the path.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn listing(
        &self,
        path: &str,
        start_after: bytes::Bytes,
        with_locations: bool,
    ) -> Result<Option<DirectoryListing>, RpcError> {
        let request = GetListingRequest { src: path.to_owned(), start_after, need_location: with_locations };
        Ok(self.client.call(&methods::GET_LISTING, &request).await?.listing)
    }

    /// The blocks of a file that hold `length` bytes from `offset`, and where they are.
    ///
    /// # Errors
    /// As of [`RpcClient::call`]; [`FileNotFound`](crate::ExceptionKind::FileNotFound) for a directory too.
    pub async fn block_locations(&self, path: &str, offset: u64, length: u64) -> Result<LocatedBlocks, RpcError> {
        let request = GetBlockLocationsRequest { src: path.to_owned(), offset, length };
        let response = self.client.call(&methods::GET_BLOCK_LOCATIONS, &request).await?;
        Ok(response.locations.unwrap_or_default())
    }

    /// Whether nobody writes the file and all of it is there.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn is_file_closed(&self, path: &str) -> Result<bool, RpcError> {
        let request = IsFileClosedRequest { src: path.to_owned() };
        Ok(self.client.call(&methods::IS_FILE_CLOSED, &request).await?.result)
    }

    /// How much lies below a path. The NameNode counts, so on a large tree this takes long.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn content_summary(&self, path: &str) -> Result<ContentSummary, RpcError> {
        let request = GetContentSummaryRequest { path: path.to_owned() };
        Ok(self.client.call(&methods::GET_CONTENT_SUMMARY, &request).await?.summary)
    }

    /// The quotas of a path and what is used of them.
    ///
    /// # Errors
    /// As of [`RpcClient::call`]; [`NoSuchMethod`](crate::ExceptionKind::NoSuchMethod) before Hadoop 2.8.
    pub async fn quota_usage(&self, path: &str) -> Result<QuotaUsage, RpcError> {
        let request = GetQuotaUsageRequest { path: path.to_owned() };
        Ok(self.client.call(&methods::GET_QUOTA_USAGE, &request).await?.usage)
    }

    /// Capacity and health of the whole file system.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn fs_stats(&self) -> Result<GetFsStatsResponse, RpcError> {
        self.client.call(&methods::GET_FS_STATS, &GetFsStatsRequest {}).await
    }

    /// Block size, replication and checksums where a client does not say otherwise.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn server_defaults(&self) -> Result<FsServerDefaults, RpcError> {
        let response = self.client.call(&methods::GET_SERVER_DEFAULTS, &GetServerDefaultsRequest {}).await?;
        Ok(response.server_defaults)
    }

    /// The DataNodes in a state.
    ///
    /// # Errors
    /// As of [`RpcClient::call`]; only administrators may ask.
    pub async fn datanodes(&self, which: DatanodeReportType) -> Result<Vec<DatanodeInfo>, RpcError> {
        let request = GetDatanodeReportRequest { r#type: which as i32 };
        Ok(self.client.call(&methods::GET_DATANODE_REPORT, &request).await?.datanodes)
    }

    /// Whether the active NameNode is in safe mode.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn is_in_safe_mode(&self) -> Result<bool, RpcError> {
        self.set_safe_mode(SafeModeAction::SafemodeGet).await
    }

    /// Enters, leaves or looks at safe mode; gives whether it is on afterwards.
    ///
    /// # Errors
    /// As of [`RpcClient::call`]; only administrators may enter and leave.
    pub async fn set_safe_mode(&self, action: SafeModeAction) -> Result<bool, RpcError> {
        let request = SetSafeModeRequest { action: action as i32, checked: Some(true) };
        Ok(self.client.call(&methods::SET_SAFE_MODE, &request).await?.result)
    }

    /// Makes a directory, with `create_parent` also those above it. A directory that exists is fine.
    ///
    /// # Errors
    /// As of [`RpcClient::call`]; [`FileAlreadyExists`](crate::ExceptionKind::FileAlreadyExists) when a file is there.
    pub async fn mkdirs(&self, path: &str, permission: u32, create_parent: bool) -> Result<bool, RpcError> {
        let request = MkdirsRequest {
            src: path.to_owned(),
            masked: FsPermission { permission },
            create_parent,
            unmasked: Some(FsPermission { permission }),
        };
        Ok(self.client.call(&methods::MKDIRS, &request).await?.result)
    }

    /// Deletes a path; false when nothing was there.
    ///
    /// # Errors
    /// As of [`RpcClient::call`]; [`DirectoryNotEmpty`](crate::ExceptionKind::DirectoryNotEmpty) without `recursive`.
    pub async fn delete(&self, path: &str, recursive: bool) -> Result<bool, RpcError> {
        let request = DeleteRequest { src: path.to_owned(), recursive };
        Ok(self.client.call(&methods::DELETE, &request).await?.result)
    }

    /// The old rename: false when the source is missing, the target exists or has no parent; moves *into* a directory.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn rename(&self, from: &str, to: &str) -> Result<bool, RpcError> {
        let request = RenameRequest { src: from.to_owned(), dst: to.to_owned() };
        Ok(self.client.call(&methods::RENAME, &request).await?.result)
    }

    /// Gives a path a new name, atomically; with `overwrite` instead of a file or empty directory that has it.
    ///
    /// # Errors
    /// As of [`RpcClient::call`]; [`FileAlreadyExists`](crate::ExceptionKind::FileAlreadyExists) without `overwrite`.
    pub async fn rename2(&self, from: &str, to: &str, overwrite: bool) -> Result<(), RpcError> {
        let request = Rename2Request { src: from.to_owned(), dst: to.to_owned(), overwrite };
        self.client.call(&methods::RENAME2, &request).await.map(drop)
    }

    /// Moves the blocks of `sources` to the end of `target` and deletes the sources.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn concat(&self, target: &str, sources: Vec<String>) -> Result<(), RpcError> {
        let request = ConcatRequest { target: target.to_owned(), sources };
        self.client.call(&methods::CONCAT, &request).await.map(drop)
    }

    /// Sets the permission bits of a path.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn set_permission(&self, path: &str, permission: u32) -> Result<(), RpcError> {
        let request = SetPermissionRequest { src: path.to_owned(), permission: FsPermission { permission } };
        self.client.call(&methods::SET_PERMISSION, &request).await.map(drop)
    }

    /// Sets owner, group or both.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn set_owner(&self, path: &str, user: Option<&str>, group: Option<&str>) -> Result<(), RpcError> {
        let (user, group) = (user.map(str::to_owned), group.map(str::to_owned));
        let request = SetOwnerRequest { src: path.to_owned(), user, group };
        self.client.call(&methods::SET_OWNER, &request).await.map(drop)
    }

    /// Sets the times of a file, in milliseconds since 1970; `None` leaves one as it is.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn set_times(&self, path: &str, modified: Option<u64>, accessed: Option<u64>) -> Result<(), RpcError> {
        let request = SetTimesRequest {
            src: path.to_owned(),
            modification_time: modified.unwrap_or(UNCHANGED),
            access_time: accessed.unwrap_or(UNCHANGED),
        };
        self.client.call(&methods::SET_TIMES, &request).await.map(drop)
    }

    /// Sets how many replicas a file's blocks should have; false for a directory.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn set_replication(&self, path: &str, replication: u32) -> Result<bool, RpcError> {
        let request = SetReplicationRequest { src: path.to_owned(), replication };
        Ok(self.client.call(&methods::SET_REPLICATION, &request).await?.result)
    }

    /// Sets the quotas of a directory, of names and of bytes with replication; `None` removes one.
    ///
    /// # Errors
    /// As of [`RpcClient::call`]; only administrators may.
    pub async fn set_quota(&self, path: &str, names: Option<u64>, space: Option<u64>) -> Result<(), RpcError> {
        let request = SetQuotaRequest {
            path: path.to_owned(),
            namespace_quota: names.unwrap_or(UNCHANGED),
            space_quota: space.unwrap_or(UNCHANGED),
        };
        self.client.call(&methods::SET_QUOTA, &request).await.map(drop)
    }
}
