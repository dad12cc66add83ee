//! The methods of ClientProtocol and ClientDatanodeProtocol, by the names servers know them.

use crate::proto::hdfs::*;
use crate::proto::rpc::{
    CancelDelegationTokenRequest, CancelDelegationTokenResponse, GetDelegationTokenRequest, GetDelegationTokenResponse,
    RenewDelegationTokenRequest, RenewDelegationTokenResponse,
};
use crate::{Method, Protocol};

/// Client to NameNode.
pub(super) const CLIENT_PROTOCOL: Protocol =
    Protocol { name: "org.apache.hadoop.hdfs.protocol.ClientProtocol", version: 1 };

/// Client to DataNode.
pub(super) const CLIENT_DATANODE_PROTOCOL: Protocol =
    Protocol { name: "org.apache.hadoop.hdfs.protocol.ClientDatanodeProtocol", version: 1 };

macro_rules! methods {
    ($($constant:ident = $name:literal: $request:ident -> $response:ident;)*) => {
        $(pub(super) const $constant: Method<$request, $response> = Method::new($name);)*
    };
}

methods! {
    GET_FILE_INFO = "getFileInfo": GetFileInfoRequest -> GetFileInfoResponse;
    GET_LISTING = "getListing": GetListingRequest -> GetListingResponse;
    GET_BLOCK_LOCATIONS = "getBlockLocations": GetBlockLocationsRequest -> GetBlockLocationsResponse;
    IS_FILE_CLOSED = "isFileClosed": IsFileClosedRequest -> IsFileClosedResponse;
    GET_CONTENT_SUMMARY = "getContentSummary": GetContentSummaryRequest -> GetContentSummaryResponse;
    GET_QUOTA_USAGE = "getQuotaUsage": GetQuotaUsageRequest -> GetQuotaUsageResponse;
    GET_FS_STATS = "getFsStats": GetFsStatsRequest -> GetFsStatsResponse;
    GET_SERVER_DEFAULTS = "getServerDefaults": GetServerDefaultsRequest -> GetServerDefaultsResponse;
    GET_DATANODE_REPORT = "getDatanodeReport": GetDatanodeReportRequest -> GetDatanodeReportResponse;
    SET_SAFE_MODE = "setSafeMode": SetSafeModeRequest -> SetSafeModeResponse;
    MKDIRS = "mkdirs": MkdirsRequest -> MkdirsResponse;
    DELETE = "delete": DeleteRequest -> DeleteResponse;
    RENAME = "rename": RenameRequest -> RenameResponse;
    RENAME2 = "rename2": Rename2Request -> Rename2Response;
    CONCAT = "concat": ConcatRequest -> ConcatResponse;
    SET_PERMISSION = "setPermission": SetPermissionRequest -> SetPermissionResponse;
    SET_OWNER = "setOwner": SetOwnerRequest -> SetOwnerResponse;
    SET_TIMES = "setTimes": SetTimesRequest -> SetTimesResponse;
    SET_REPLICATION = "setReplication": SetReplicationRequest -> SetReplicationResponse;
    SET_QUOTA = "setQuota": SetQuotaRequest -> SetQuotaResponse;
    CREATE = "create": CreateRequest -> CreateResponse;
    APPEND = "append": AppendRequest -> AppendResponse;
    ADD_BLOCK = "addBlock": AddBlockRequest -> AddBlockResponse;
    ABANDON_BLOCK = "abandonBlock": AbandonBlockRequest -> AbandonBlockResponse;
    GET_ADDITIONAL_DATANODE = "getAdditionalDatanode": GetAdditionalDatanodeRequest -> GetAdditionalDatanodeResponse;
    COMPLETE = "complete": CompleteRequest -> CompleteResponse;
    FSYNC = "fsync": FsyncRequest -> FsyncResponse;
    RENEW_LEASE = "renewLease": RenewLeaseRequest -> RenewLeaseResponse;
    RECOVER_LEASE = "recoverLease": RecoverLeaseRequest -> RecoverLeaseResponse;
    TRUNCATE = "truncate": TruncateRequest -> TruncateResponse;
    UPDATE_BLOCK_FOR_PIPELINE = "updateBlockForPipeline": UpdateBlockForPipelineRequest -> UpdateBlockForPipelineResponse;
    UPDATE_PIPELINE = "updatePipeline": UpdatePipelineRequest -> UpdatePipelineResponse;
    GET_DELEGATION_TOKEN = "getDelegationToken": GetDelegationTokenRequest -> GetDelegationTokenResponse;
    RENEW_DELEGATION_TOKEN = "renewDelegationToken": RenewDelegationTokenRequest -> RenewDelegationTokenResponse;
    CANCEL_DELEGATION_TOKEN = "cancelDelegationToken": CancelDelegationTokenRequest -> CancelDelegationTokenResponse;
    GET_REPLICA_VISIBLE_LENGTH = "getReplicaVisibleLength":
        GetReplicaVisibleLengthRequest -> GetReplicaVisibleLengthResponse;
}
