//! A block being written.
//!
//! One task owns the block and its connection. It waits for one [`Event`] at a time (that wait may be dropped at any moment)
//! and then handles it (that may not be): packets go out as the socket takes them, acknowledgements come in, and when neither
//! happens for a while, signs of life are asked for. Whatever breaks, the block goes on with the DataNodes that are left: the
//! NameNode gives it a new generation, so that the lost replicas are out of date, a pipeline is set up with the others, and
//! what was not acknowledged is sent again.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use tokio::{
    io::AsyncWriteExt,
    net::tcp::OwnedWriteHalf,
    time::{Instant, sleep_until},
};
use weft_hadoop_rpc::proto::{hdfs::ExtendedBlock, rpc::Token};

use super::{
    file::OpenFile,
    outgoing::Outgoing,
    pipeline::{Pipeline, Sign, Trouble, Verdict, decide},
    replacement,
    set_up::{QUIET, Request, blame, set_up, signs_of_life},
    window::{Acknowledged, Window},
};
use crate::{
    FsError,
    hdfs::transfer::{AckReader, Connection, Packet, PipelineAck, TransferError, messages::Stage},
};

/// A pipeline without packets gets a heartbeat so often: DataNodes give up a client after a minute of silence.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// What a DataNode adds to its own patience for each one behind it; so the client adds it too.
const PATIENCE_PER_NODE: Duration = Duration::from_secs(5);
/// Times that a pipeline is set up again with the same DataNodes before the first of them has to go.
const IN_VAIN: u32 = 2;

pub(super) struct BlockWriter {
    file: Arc<OpenFile>,
    block: ExtendedBlock,
    token: Token,
    pipeline: Pipeline,
    acks: AckReader,
    out: OwnedWriteHalf,
    window: Window,
    outgoing: Outgoing,
    /// When the pipeline last answered, or was last owed nothing.
    heard: Instant,
    sent: Instant,
    /// When signs of life were last asked for.
    looked: Instant,
    /// Whether bytes of the block were forced to disks: somebody may count on them.
    synced: bool,
    /// Recoveries since the last acknowledgement after which nobody was to blame.
    in_vain: u32,
}

/// What happens to a block.
pub(super) enum Event {
    /// The socket took so many bytes.
    Sent(usize),
    Ack(PipelineAck),
    Broken(TransferError),
    /// Nothing, for too long.
    Quiet,
}

impl BlockWriter {
    /// A block with a pipeline that was just set up.
    pub(super) fn new(
        file: Arc<OpenFile>,
        block: ExtendedBlock,
        token: Token,
        pipeline: Pipeline,
        connection: Connection,
    ) -> Self {
        let (acks, out) = connection.split();
        let now = Instant::now();
        let (window, outgoing) = (Window::default(), Outgoing::default());
        let (heard, sent, looked) = (now, now, now);
        let (synced, in_vain) = (false, 0);
        BlockWriter { file, block, token, pipeline, acks, out, window, outgoing, heard, sent, looked, synced, in_vain }
    }

    /// The block, with the bytes that are acknowledged.
    pub(super) fn acknowledged_block(&self) -> ExtendedBlock {
        ExtendedBlock { num_bytes: Some(self.window.acknowledged()), ..self.block.clone() }
    }

    /// Takes a packet to be sent.
    pub(super) fn put(&mut self, packet: Packet) {
        if self.window.is_settled() {
            self.heard = Instant::now();
        }
        self.window.put(packet);
    }

    /// What is acknowledged so far has been promised to be durable.
    pub(super) fn note_sync(&mut self) {
        self.synced = true;
    }

    /// Works until `done` says so.
    pub(super) async fn drive(&mut self, done: impl Fn(&Window) -> bool) -> Result<(), FsError> {
        while !done(&self.window) {
            let event = self.event().await;
            self.handle(event).await?;
        }
        Ok(())
    }

    /// Waits for what happens next. May be dropped.
    pub(super) async fn event(&mut self) -> Event {
        while self.outgoing.has_room()
            && let Some(packet) = self.window.send_next()
        {
            self.outgoing.push(packet.head.clone());
            packet.data.iter().for_each(|piece| self.outgoing.push(piece.clone()));
        }
        let deadline = self.deadline();
        let slices = self.outgoing.slices();
        tokio::select! {
            ack = self.acks.next() => ack.map_or_else(Event::Broken, Event::Ack),
            sent = self.out.write_vectored(&slices), if !slices.is_empty() => match sent {
                Ok(bytes) => Event::Sent(bytes),
                Err(source) => Event::Broken(TransferError::Connection { node: self.first_node(), source }),
            },
            () = sleep_until(deadline) => Event::Quiet,
        }
    }

    /// Does what an event asks for. Must not be dropped half-way.
    pub(super) async fn handle(&mut self, event: Event) -> Result<(), FsError> {
        match event {
            Event::Sent(bytes) => {
                self.outgoing.advance(bytes);
                self.sent = Instant::now();
                Ok(())
            }
            Event::Ack(ack) => self.acknowledged(&ack).await,
            Event::Broken(error) => self.broken(error).await,
            Event::Quiet if self.is_owed() => self.quiet().await,
            Event::Quiet => {
                self.outgoing.push(Packet::heartbeat().head);
                self.heard = Instant::now();
                Ok(())
            }
        }
    }

    fn is_owed(&self) -> bool {
        self.window.awaits() || !self.outgoing.is_empty()
    }

    fn deadline(&self) -> Instant {
        match self.is_owed() {
            true => self.heard.max(self.looked) + QUIET,
            false => self.sent + HEARTBEAT,
        }
    }

    async fn acknowledged(&mut self, ack: &PipelineAck) -> Result<(), FsError> {
        match self.window.acknowledge(ack) {
            Ok(Acknowledged::Packet | Acknowledged::Heartbeat) => {
                (self.heard, self.in_vain) = (Instant::now(), 0);
                Ok(())
            }
            Ok(Acknowledged::Fault { node, status }) => {
                let without = BTreeSet::from([node]);
                let reason = blame(&self.pipeline, &without, &format!("a packet was answered with {status}"));
                self.recover(without, reason).await
            }
            Err(error) => self.broken(error).await,
        }
    }

    /// The connection is of no use any more.
    async fn broken(&mut self, error: TransferError) -> Result<(), FsError> {
        let signs = signs_of_life(&self.file.client, &self.pipeline, &self.request(Stage::StreamingRecovery)).await;
        let without = match decide(Trouble::Broken, &signs) {
            // The last one lives: only the connection was lost.
            Verdict::Without(_) if signs == [Sign::Alive] => BTreeSet::new(),
            Verdict::Without(without) => without,
            Verdict::Wait => BTreeSet::from([0]),
        };
        let reason = blame(&self.pipeline, &without, &error.to_string());
        self.recover(without, reason).await
    }

    /// An acknowledgement is late: looks who is alive, unless it comes meanwhile.
    async fn quiet(&mut self) -> Result<(), FsError> {
        let request = self.request(Stage::StreamingRecovery);
        let signs = tokio::select! {
            ack = self.acks.next() => {
                let event = ack.map_or_else(Event::Broken, Event::Ack);
                return Box::pin(self.handle(event)).await;
            }
            signs = signs_of_life(&self.file.client, &self.pipeline, &request) => signs,
        };
        let since = self.heard.elapsed();
        let limit = self.file.client.settings.patience + PATIENCE_PER_NODE * self.pipeline.nodes().len() as u32;
        self.looked = Instant::now();
        match decide(Trouble::Quiet { since, limit }, &signs) {
            Verdict::Wait => Ok(()),
            Verdict::Without(without) => {
                let reason = blame(&self.pipeline, &without, &format!("no acknowledgement for {since:?}"));
                self.recover(without, reason).await
            }
        }
    }

    /// Goes on with the DataNodes that are left.
    async fn recover(&mut self, mut without: BTreeSet<usize>, mut reason: String) -> Result<(), FsError> {
        // Once a recovery: the caller waits, and where newcomers fail as well, going on with the others is what is left.
        let mut may_be_replaced = true;
        loop {
            let mut lost = self.pipeline.remove(&without);
            if lost.is_empty() {
                self.in_vain += 1;
                if self.in_vain > IN_VAIN {
                    lost = self.pipeline.remove(&BTreeSet::from([0]));
                }
            }
            lost.iter().for_each(|node| self.file.client.dead_nodes.avoid(&node.info));
            if self.pipeline.nodes().is_empty() {
                let block = self.block.block_id;
                return Err(self.file.failed(format!("block {block} has lost its last DataNode: {reason}")));
            }
            let closing = self.window.is_closing();
            if !closing && std::mem::take(&mut may_be_replaced) {
                self.replace_lost().await;
            }
            let name = &self.file.client.name;
            let updated = self.file.client.name_node.update_block_for_pipeline(self.block.clone(), name).await;
            let updated = updated.map_err(|error| self.file.refused(error))?;
            self.token = updated.block_token;
            let stage = if closing { Stage::CloseRecovery } else { Stage::StreamingRecovery };
            let request = Request { generation: updated.block.generation_stamp, ..self.request(stage) };
            match set_up(&self.file.client, &self.pipeline, &request).await {
                Ok(connection) => return self.go_on(connection, request.generation, closing).await,
                Err(failure) => (without, reason) = (failure.without, failure.reason),
            }
        }
    }

    /// Looks for a DataNode in the place of those that are lost, where the policy wants it.
    async fn replace_lost(&mut self) {
        let settings = &self.file.client.settings;
        let (replication, left) = (settings.replication as usize, self.pipeline.nodes().len());
        if settings.replacement.asks_for_more(replication, left, self.synced) {
            let block = self.acknowledged_block();
            replacement::extend(&self.file, &mut self.pipeline, &block, &self.token).await;
        }
    }

    /// Tells the NameNode of the new pipeline and sends again what it lacks.
    async fn go_on(&mut self, connection: Connection, generation: u64, closing: bool) -> Result<(), FsError> {
        let new = ExtendedBlock { generation_stamp: generation, ..self.acknowledged_block() };
        let (nodes, storages) =
            self.pipeline.nodes().iter().map(|node| (node.info.id.clone(), node.storage_id.clone())).unzip();
        let (client, old) = (&self.file.client, self.block.clone());
        let updated = client.name_node.update_pipeline(&client.name, old, new.clone(), nodes, storages).await;
        updated.map_err(|error| self.file.refused(error))?;
        self.block = new;
        (self.acks, self.out) = connection.split();
        self.outgoing.clear();
        // DataNodes that recover the end of a block need no more than to be told.
        if closing {
            self.window.finish()
        } else {
            self.window.rewind()
        }
        (self.heard, self.sent, self.looked) = (Instant::now(), Instant::now(), Instant::now());
        Ok(())
    }

    fn request(&self, stage: Stage) -> Request {
        Request {
            block: self.block.clone(),
            token: self.token.clone(),
            stage,
            received: (self.window.acknowledged(), self.window.sent_to()),
            generation: self.block.generation_stamp,
        }
    }

    fn first_node(&self) -> String {
        let first = self.pipeline.nodes().first();
        first.map_or_else(String::new, |node| format!("{}:{}", node.info.id.host_name, node.info.id.xfer_port))
    }
}
