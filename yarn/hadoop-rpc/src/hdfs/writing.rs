//! The NameNode's calls of somebody who writes a file.

use super::methods;
use super::name_node::NameNode;
use super::proto::*;
use crate::RpcError;

/// Bits of a create flag.
const CREATE: u32 = 1;
const OVERWRITE: u32 = 2;
/// Bit of an append flag.
const NEW_BLOCK: u32 = 32;
const APPEND: u32 = 4;

/// A file to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateFile {
    /// Where.
    pub path: String,
    /// Permission bits, as the file shall have them: the server masks nothing.
    pub permission: u32,
    /// Who writes: the holder of the lease.
    pub client_name: String,
    /// Whether to replace a file that exists.
    pub overwrite: bool,
    /// Whether to make the directories above.
    pub create_parent: bool,
    /// Replicas of each block.
    pub replication: u32,
    /// Bytes of a block; a multiple of the checksum's chunk.
    pub block_size: u64,
}

/// A file that somebody writes, as most calls of a writer name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileInProgress {
    /// Its path.
    pub path: String,
    /// Its number; 0 when not known.
    pub file_id: u64,
    /// The holder of its lease.
    pub client_name: String,
}

impl NameNode {
    /// Makes an empty file and gives the caller its lease.
    ///
    /// # Errors
    /// As of [`RpcClient::call`](crate::RpcClient::call);
    /// [`FileAlreadyExists`](crate::ExceptionKind::FileAlreadyExists),
    /// [`AlreadyBeingCreated`](crate::ExceptionKind::AlreadyBeingCreated).
    pub async fn create(&self, file: &CreateFile) -> Result<FileStatus, RpcError> {
        let permission = FsPermission { permission: file.permission };
        let request = CreateRequest {
            src: file.path.clone(),
            masked: permission,
            client_name: file.client_name.clone(),
            create_flag: if file.overwrite { CREATE | OVERWRITE } else { CREATE },
            create_parent: file.create_parent,
            replication: file.replication,
            block_size: file.block_size,
            unmasked: Some(permission),
        };
        Ok(self.client.call(&methods::CREATE, &request).await?.status.unwrap_or_default())
    }

    /// Opens a closed file for more, beginning with a new block if `new_block`; gives the last block when it has room.
    ///
    /// # Errors
    /// As of [`RpcClient::call`](crate::RpcClient::call).
    pub async fn append(&self, path: &str, client_name: &str, new_block: bool) -> Result<AppendResponse, RpcError> {
        let flag = if new_block { APPEND | NEW_BLOCK } else { APPEND };
        let request = AppendRequest { src: path.to_owned(), client_name: client_name.to_owned(), flag: Some(flag) };
        self.client.call(&methods::APPEND, &request).await
    }

    /// Ends the block before (`previous`, with its length) and gives the file another, not on `excluded` DataNodes.
    ///
    /// # Errors
    /// As of [`RpcClient::call`](crate::RpcClient::call);
    /// [`NotReplicatedYet`](crate::ExceptionKind::NotReplicatedYet) asks to come again.
    pub async fn add_block(
        &self,
        file: &FileInProgress,
        previous: Option<ExtendedBlock>,
        excluded: Vec<DatanodeInfo>,
    ) -> Result<LocatedBlock, RpcError> {
        let request = AddBlockRequest {
            src: file.path.clone(),
            client_name: file.client_name.clone(),
            previous,
            exclude_nodes: excluded,
            file_id: Some(file.file_id),
            favored_nodes: Vec::new(),
        };
        Ok(self.client.call(&methods::ADD_BLOCK, &request).await?.block)
    }

    /// Gives back a block that nothing was written to.
    ///
    /// # Errors
    /// As of [`RpcClient::call`](crate::RpcClient::call).
    pub async fn abandon_block(&self, file: &FileInProgress, block: ExtendedBlock) -> Result<(), RpcError> {
        let request = AbandonBlockRequest {
            block,
            src: file.path.clone(),
            holder: file.client_name.clone(),
            file_id: Some(file.file_id),
        };
        self.client.call(&methods::ABANDON_BLOCK, &request).await.map(drop)
    }

    /// Finds `additional` DataNodes for a block whose pipeline lost some: gives the block with all its locations.
    ///
    /// # Errors
    /// As of [`RpcClient::call`](crate::RpcClient::call).
    pub async fn additional_datanode(
        &self,
        file: &FileInProgress,
        block: LocatedBlock,
        excluded: Vec<DatanodeInfo>,
        additional: u32,
    ) -> Result<LocatedBlock, RpcError> {
        let request = GetAdditionalDatanodeRequest {
            src: file.path.clone(),
            block: block.block,
            existing: block.locations,
            excludes: excluded,
            additional_nodes: additional,
            client_name: file.client_name.clone(),
            existing_storage_ids: block.storage_ids,
            file_id: Some(file.file_id),
        };
        Ok(self.client.call(&methods::GET_ADDITIONAL_DATANODE, &request).await?.block)
    }

    /// Closes the file with its last block's length; false while too few replicas are reported: ask again.
    ///
    /// # Errors
    /// As of [`RpcClient::call`](crate::RpcClient::call).
    pub async fn complete(&self, file: &FileInProgress, last: Option<ExtendedBlock>) -> Result<bool, RpcError> {
        let request = CompleteRequest {
            src: file.path.clone(),
            client_name: file.client_name.clone(),
            last,
            file_id: Some(file.file_id),
        };
        Ok(self.client.call(&methods::COMPLETE, &request).await?.result)
    }

    /// Records the file's blocks; with the length of the last one, if given, as the file's visible length.
    ///
    /// # Errors
    /// As of [`RpcClient::call`](crate::RpcClient::call).
    pub async fn fsync(&self, file: &FileInProgress, last_block_length: Option<i64>) -> Result<(), RpcError> {
        let request = FsyncRequest {
            src: file.path.clone(),
            client: file.client_name.clone(),
            last_block_length,
            file_id: Some(file.file_id),
        };
        self.client.call(&methods::FSYNC, &request).await.map(drop)
    }

    /// Keeps all leases of a holder; due every 30 s.
    ///
    /// # Errors
    /// As of [`RpcClient::call`](crate::RpcClient::call).
    pub async fn renew_lease(&self, client_name: &str) -> Result<(), RpcError> {
        let request = RenewLeaseRequest { client_name: client_name.to_owned() };
        self.client.call(&methods::RENEW_LEASE, &request).await.map(drop)
    }

    /// Takes a file from whoever writes it and has it closed; true when it is closed already.
    ///
    /// # Errors
    /// As of [`RpcClient::call`](crate::RpcClient::call).
    pub async fn recover_lease(&self, path: &str, client_name: &str) -> Result<bool, RpcError> {
        let request = RecoverLeaseRequest { src: path.to_owned(), client_name: client_name.to_owned() };
        Ok(self.client.call(&methods::RECOVER_LEASE, &request).await?.result)
    }

    /// Cuts a closed file to `new_length`; false while the last block is being cut: ask whether it is closed.
    ///
    /// # Errors
    /// As of [`RpcClient::call`](crate::RpcClient::call).
    pub async fn truncate(&self, path: &str, new_length: u64, client_name: &str) -> Result<bool, RpcError> {
        let request = TruncateRequest { src: path.to_owned(), new_length, client_name: client_name.to_owned() };
        Ok(self.client.call(&methods::TRUNCATE, &request).await?.result)
    }

    /// Gives a block a new generation, for a pipeline that is set up again.
    ///
    /// # Errors
    /// As of [`RpcClient::call`](crate::RpcClient::call).
    pub async fn update_block_for_pipeline(
        &self,
        block: ExtendedBlock,
        client_name: &str,
    ) -> Result<LocatedBlock, RpcError> {
        let request = UpdateBlockForPipelineRequest { block, client_name: client_name.to_owned() };
        Ok(self.client.call(&methods::UPDATE_BLOCK_FOR_PIPELINE, &request).await?.block)
    }

    /// Tells the NameNode that a block of a new generation is written to other DataNodes than before.
    ///
    /// # Errors
    /// As of [`RpcClient::call`](crate::RpcClient::call).
    pub async fn update_pipeline(
        &self,
        client_name: &str,
        old_block: ExtendedBlock,
        new_block: ExtendedBlock,
        new_nodes: Vec<DatanodeId>,
        storage_ids: Vec<String>,
    ) -> Result<(), RpcError> {
        let request =
            UpdatePipelineRequest { client_name: client_name.to_owned(), old_block, new_block, new_nodes, storage_ids };
        self.client.call(&methods::UPDATE_PIPELINE, &request).await.map(drop)
    }
}
