use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;
use prost::Message;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use weft_hadoop_conf::{Environment, HadoopConf, Sources};
use weft_hadoop_rpc::proto::hdfs::ExtendedBlock;

use super::*;
use crate::hdfs::{
    settings::Settings,
    transfer::{
        Packet,
        messages::{BlockOpResponse, ChecksumInfo, ReadChecksumInfo},
    },
};

const PATIENCE: Duration = Duration::from_secs(20);

fn client() -> Arc<HdfsClient> {
    let conf = HadoopConf::load(&Sources::new(Environment::empty())).unwrap();
    HdfsClient::shared(&conf.nameservice("hdfs://localhost:1").unwrap(), "test", Settings::of(&conf).unwrap())
}

fn data(range: Range<usize>) -> Bytes {
    range.map(|i| (i % 253) as u8).collect()
}

/// What a DataNode sends of a block when it is asked for bytes from 700 on: from the chunk's beginning, in packets.
fn script() -> Vec<u8> {
    let checksum = ChecksumInfo { kind: 2, bytes_per_checksum: 512 };
    let read_checksum = Some(ReadChecksumInfo { checksum, chunk_offset: 512 });
    let mut bytes = BlockOpResponse { read_checksum, ..BlockOpResponse::default() }.encode_length_delimited_to_vec();
    for (seqno, range) in [512..2048, 2048..4096, 4096..4500].into_iter().enumerate() {
        let packet = Packet::of(seqno as i64, range.start as u64, vec![data(range)], false);
        bytes.extend_from_slice(&packet.head);
        packet.data.iter().for_each(|piece| bytes.extend_from_slice(piece));
    }
    bytes.extend_from_slice(&Packet::last(3, 4500, false).head);
    bytes
}

/// Reads bytes 700 to 4500 in pieces of `piece` from a DataNode that sends `script` and hangs up.
async fn read(script: Vec<u8>, piece: usize) -> Result<Vec<u8>, TransferError> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut node = DatanodeInfo::default();
    node.id.ip_addr = "127.0.0.1".to_owned();
    node.id.xfer_port = listener.local_addr().unwrap().port().into();
    let serve = async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.read(&mut [0; 1024]).await;
        // A reader that has seen enough hangs up too.
        let _ = socket.write_all(&script).await;
        let _ = socket.shutdown().await;
    };
    let reading = async {
        let block = LocatedBlock { block: ExtendedBlock::default(), ..LocatedBlock::default() };
        let mut stream = BlockStream::open(&client(), &block, &node, 700..4500, PATIENCE).await?;
        let mut found = vec![0; 3800];
        for part in found.chunks_mut(piece) {
            stream.read(part).await?;
        }
        assert_eq!(stream.remaining(), 0);
        Ok(found)
    };
    tokio::join!(serve, reading).1
}

#[tokio::test]
async fn bytes_are_those_that_were_asked_for_however_they_are_read() {
    for piece in [1, 100, 1348, 2048, 3800] {
        assert!(read(script(), piece).await.unwrap() == data(700..4500), "in pieces of {piece}");
    }
}

#[tokio::test]
async fn a_damaged_byte_is_noticed() {
    let mut script = script();
    let at = script.len() - 500;
    script[at] ^= 1;
    let error = read(script, 3800).await.unwrap_err();
    assert!(matches!(error, TransferError::Corrupt { offset: 4096 | 3584, .. }), "{error}");
}

#[tokio::test]
async fn a_datanode_that_hangs_up_early_is_an_error() {
    let script = script();
    for length in (0..script.len() - 40).step_by(97) {
        let error = read(script[..length].to_vec(), 3800).await.unwrap_err();
        assert!(matches!(error, TransferError::Connection { .. }), "{length}: {error}");
    }
}

#[tokio::test]
async fn a_refusal_is_told_in_the_datanodes_words() {
    let refusal =
        BlockOpResponse { status: 5, message: Some("no such right".to_owned()), ..BlockOpResponse::default() };
    let error = read(refusal.encode_length_delimited_to_vec(), 3800).await.unwrap_err().to_string();
    assert!(error.contains("ERROR_ACCESS_TOKEN: no such right"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Damage anywhere gives the right bytes or an error, and no endless wait.
    #[test]
    fn no_damage_gives_wrong_bytes(at in 0..4300_usize, value in any::<u8>(), garbage in any::<bool>()) {
        let mut script = script();
        let at = at.min(script.len() - 1);
        script[at] = value;
        if garbage {
            script.truncate(at);
            script.extend((0..5000_u64).map(|i| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15 ^ at as u64) >> 40) as u8));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        if let Ok(found) = runtime.block_on(read(script, 1000)) {
            prop_assert!(found == data(700..4500));
        }
    }
}
