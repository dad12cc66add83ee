//! Setting up a pipeline, and asking its DataNodes for signs of life.

use std::{collections::BTreeSet, time::Duration};

use bytes::Bytes;
use futures_util::future::join_all;
use tokio::time::{Instant, timeout};
use weft_hadoop_rpc::proto::{hdfs::ExtendedBlock, rpc::Token};

use super::pipeline::{Pipeline, Sign, Trouble, Verdict, decide};
use crate::hdfs::{
    client::HdfsClient,
    transfer::{
        Checksum, Connection, Opcode, Peer, TransferError,
        messages::{ChecksumInfo, ClientHeader, ReadBlock, Stage, WriteBlock},
        operation, status,
    },
};

/// A pipeline that says nothing for so long is looked at. A busy disk may take longer, so this alone condemns nobody.
pub(super) const QUIET: Duration = Duration::from_secs(2);
/// How long a DataNode may take for a sign of life. It needs no disk for that, so only a dead or a frozen one takes longer.
const SIGN: Duration = Duration::from_millis(2500);
/// For the connection to a DataNode of the same data centre.
const CONNECT: Duration = Duration::from_secs(5);

/// What a pipeline is set up for.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) block: ExtendedBlock,
    pub(super) token: Token,
    pub(super) stage: Stage,
    /// Bytes that are on all DataNodes, and on any.
    pub(super) received: (u64, u64),
    /// The block's generation from now on.
    pub(super) generation: u64,
}

/// Why there is no pipeline, and which DataNodes to do without.
#[derive(Debug)]
pub(super) struct SetUpFailure {
    pub(super) without: BTreeSet<usize>,
    pub(super) reason: String,
    pub(super) kind: SetUpFailureKind,
}

/// What a pipeline's failure says of those who are to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SetUpFailureKind {
    /// They are dead, or as good as.
    Dead,
    /// They live and do not take the block. A DataNode whose disks are full does not say so: it hangs up.
    Refused,
    /// It is the right to write that has run out.
    Token,
}

impl SetUpFailure {
    fn dead_first(reason: String) -> Self {
        SetUpFailure { without: BTreeSet::from([0]), reason, kind: SetUpFailureKind::Dead }
    }
}

/// Connects to the first DataNode and has it connect to the others.
pub(super) async fn set_up(
    client: &HdfsClient,
    pipeline: &Pipeline,
    request: &Request,
) -> Result<Connection, SetUpFailure> {
    let Some(first) = pipeline.nodes().first() else {
        return Err(SetUpFailure::dead_first("the NameNode named no DataNode".to_owned()));
    };
    let peer = Peer::of(&first.info.id, client.settings.by_host_name);
    let limit = client.settings.patience;
    let question = write_operation(client, pipeline, request);
    let opening = Connection::open(peer, &question, limit);
    let connect_time = CONNECT.min(limit);
    let mut connection = match timeout(connect_time, opening).await {
        Ok(opened) => opened.map_err(|error| SetUpFailure::dead_first(error.to_string()))?,
        Err(_) => {
            let reason = format!("DataNode {} took no connection within {connect_time:?}", name_of(pipeline, 0));
            return Err(SetUpFailure::dead_first(reason));
        }
    };
    await_answer(client, pipeline, request, &mut connection).await?;
    Ok(connection)
}

/// Waits until all DataNodes are connected.
async fn await_answer(
    client: &HdfsClient,
    pipeline: &Pipeline,
    request: &Request,
    connection: &mut Connection,
) -> Result<(), SetUpFailure> {
    let (asked, limit) = (Instant::now(), client.settings.patience);
    let response = connection.response();
    tokio::pin!(response);
    let trouble = loop {
        match timeout(QUIET, &mut response).await {
            Ok(Ok(answer)) if answer.status == status::SUCCESS => return Ok(()),
            Ok(Ok(answer)) => {
                let bad_link = answer.first_bad_link.filter(|link| !link.is_empty());
                let node = bad_link.as_deref().and_then(|link| pipeline.position_of(link)).unwrap_or(0);
                let refusal = status::name(answer.status);
                let said = answer.message.unwrap_or_default();
                let reason = format!("DataNode {} refused: {refusal} {said}", name_of(pipeline, node));
                let kind = match answer.status {
                    status::ERROR_ACCESS_TOKEN => SetUpFailureKind::Token,
                    // Who cannot reach the next one says so in its name.
                    _ if node > 0 => SetUpFailureKind::Dead,
                    _ => SetUpFailureKind::Refused,
                };
                return Err(SetUpFailure { without: BTreeSet::from([node]), reason, kind });
            }
            Ok(Err(error)) => break error.to_string(),
            Err(_) => {
                let signs = signs_of_life(client, pipeline, request).await;
                let trouble = Trouble::Quiet { since: asked.elapsed(), limit };
                if let Verdict::Without(without) = decide(trouble, &signs) {
                    let reason = blame(pipeline, &without, &format!("no pipeline after {:?}", asked.elapsed()));
                    return Err(SetUpFailure { without, reason, kind: SetUpFailureKind::Dead });
                }
            }
        }
    };
    let signs = signs_of_life(client, pipeline, request).await;
    let without = match decide(Trouble::Broken, &signs) {
        Verdict::Without(without) => without,
        Verdict::Wait => BTreeSet::from([0]),
    };
    let lives = |node: &usize| signs.get(*node) == Some(&Sign::Alive);
    let kind = if without.iter().all(lives) { SetUpFailureKind::Refused } else { SetUpFailureKind::Dead };
    let reason = blame(pipeline, &without, &trouble);
    Err(SetUpFailure { without, reason, kind })
}

/// Asks each DataNode of a pipeline for no bytes of the block. Whatever it answers, a refusal too, shows that it lives.
pub(super) async fn signs_of_life(client: &HdfsClient, pipeline: &Pipeline, request: &Request) -> Vec<Sign> {
    let header = ClientHeader::new(request.block.clone(), request.token.clone(), &client.name);
    let question = operation(Opcode::ReadBlock, &ReadBlock { header, offset: 0, length: 0, send_checksums: None });
    let ask = |peer: Peer| {
        let question = question.clone();
        async move {
            match timeout(SIGN, answer(peer, &question)).await {
                Err(_) => Sign::Silent,
                Ok(Err(error)) if error.is_certain() => Sign::Dead,
                Ok(Err(TransferError::TimedOut { .. })) => Sign::Silent,
                Ok(_) => Sign::Alive,
            }
        }
    };
    let peers = pipeline.nodes().iter().map(|node| Peer::of(&node.info.id, client.settings.by_host_name));
    join_all(peers.map(ask)).await
}

async fn answer(peer: Peer, question: &Bytes) -> Result<(), TransferError> {
    Connection::open(peer, question, SIGN).await?.response().await.map(drop)
}

/// A sentence about those who are to blame.
pub(super) fn blame(pipeline: &Pipeline, without: &BTreeSet<usize>, reason: &str) -> String {
    let names = without.iter().map(|node| name_of(pipeline, *node)).collect::<Vec<_>>();
    match names.is_empty() {
        true => reason.to_owned(),
        false => format!("{reason}; DataNodes at fault: {}", names.join(", ")),
    }
}

fn name_of(pipeline: &Pipeline, node: usize) -> String {
    let id = pipeline.nodes().get(node).map(|node| &node.info.id);
    id.map_or_else(|| format!("number {node}"), |id| format!("{}:{}", id.host_name, id.xfer_port))
}

fn write_operation(client: &HdfsClient, pipeline: &Pipeline, request: &Request) -> Bytes {
    let (first, others) = pipeline.nodes().split_first().unzip();
    let others = others.unwrap_or_default();
    let (checksum, block) = (Checksum::WRITTEN, &request.block);
    // The length in the header is what the DataNode makes room for.
    let block = ExtendedBlock { num_bytes: Some(client.settings.block_size), ..block.clone() };
    let message = WriteBlock {
        header: ClientHeader::new(block, request.token.clone(), &client.name),
        targets: others.iter().map(|node| node.info.clone()).collect(),
        stage: request.stage as i32,
        pipeline_size: pipeline.nodes().len() as u32,
        min_bytes_received: request.received.0,
        max_bytes_received: request.received.1,
        latest_generation_stamp: request.generation,
        requested_checksum: ChecksumInfo { kind: checksum.wire_kind(), bytes_per_checksum: checksum.chunk() as u32 },
        storage_type: first.map(|node| node.storage_type),
        target_storage_types: others.iter().map(|node| node.storage_type).collect(),
        storage_id: first.map(|node| node.storage_id.clone()),
        target_storage_ids: others.iter().map(|node| node.storage_id.clone()).collect(),
    };
    operation(Opcode::WriteBlock, &message)
}
