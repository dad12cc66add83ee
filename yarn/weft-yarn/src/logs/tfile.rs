//! Where the records of a file are.

use std::sync::Arc;

use bytes::Buf;
use weft_fs::FileReader;

use super::block::{Block, Compression, Region, bad};
use super::input::Input;
use crate::DeployError;

/// What a file begins and ends with.
pub(super) const MAGIC: [u8; 16] =
    [0xd1, 0x11, 0xd3, 0x68, 0x91, 0xb5, 0xd7, 0xb6, 0x39, 0xdf, 0x41, 0x40, 0x92, 0xba, 0xe1, 0x50];
/// The offset of the meta index, the version and the magic, at the end.
const TAIL: u64 = 8 + 4 + 16;
/// The version of what is read here: everything of this major one.
const MAJOR: u16 = 1;
/// The name of the data index among the meta blocks.
const DATA_INDEX: &str = "data:BCFile.index";

/// More than any file has: three meta blocks, and a data block for every 256 KiB of a node's logs.
const MAX_META_BLOCKS: u64 = 64;
const MAX_META_INDEX: u64 = 64 << 10;
const MAX_DATA_BLOCKS: u64 = 1 << 20;
const MAX_NAME: u64 = 256;

/// The data blocks of a file.
#[derive(Debug)]
pub(super) struct DataBlocks {
    pub(super) compression: Compression,
    pub(super) regions: Vec<Region>,
}

/// Reads the indexes at a file's end.
pub(super) async fn data_blocks(reader: &Arc<dyn FileReader>) -> Result<DataBlocks, DeployError> {
    let bad = |what: &str| bad(&**reader, what);
    let magic = MAGIC.len() as u64;
    let Some(tail_at) = reader.length().checked_sub(TAIL).filter(|at| *at >= magic) else {
        return Err(bad("it is too short to be a log that a node has collected"));
    };
    let head = reader.read_range(0..magic).await?;
    let mut tail = reader.read_range(tail_at..reader.length()).await?;
    let (offset, major, minor) = (tail.get_u64(), tail.get_u16(), tail.get_u16());
    match (head[..] == MAGIC, tail[..] == MAGIC) {
        (true, true) => {}
        (true, false) => return Err(bad("it breaks off: its node died while it was written, or still writes it")),
        (false, _) => {
            return Err(bad("it is no TFile: TFiles are the logs that are read here, as nodes write them by default"));
        }
    }
    if major != MAJOR {
        return Err(bad(&format!("its version is {major}.{minor}, and {MAJOR}.0 is what is read here")));
    }
    let length = tail_at.checked_sub(offset).filter(|length| offset >= magic && *length <= MAX_META_INDEX);
    let Some(length) = length else { return Err(bad(&format!("its index cannot be at {offset}"))) };
    let region = Region { offset, stored: length, raw: length };
    let mut index = Input::new(Block::new(reader.clone(), region, Compression::None)?);
    for _ in 0..index.size("a number of blocks", MAX_META_BLOCKS).await? {
        let name = index.string("the name of a block", MAX_NAME).await?;
        let compression = compression(&mut index).await?;
        let region = region_before(&mut index, offset).await?;
        if name == DATA_INDEX {
            let block = Block::new(reader.clone(), region, compression)?;
            return regions(Input::new(block), offset).await;
        }
    }
    Err(bad("it has no index of its data"))
}

async fn regions(mut index: Input, end: u64) -> Result<DataBlocks, DeployError> {
    let compression = compression(&mut index).await?;
    let count = index.size("a number of blocks", MAX_DATA_BLOCKS).await?;
    let mut regions = Vec::new();
    for _ in 0..count {
        regions.push(region_before(&mut index, end).await?);
    }
    Ok(DataBlocks { compression, regions })
}

async fn compression(index: &mut Input) -> Result<Compression, DeployError> {
    let name = index.string("the name of a compression", MAX_NAME).await?;
    Compression::of(&name).ok_or_else(|| {
        index.bad(format_args!(
            "compression by {name:?}, where none and gz are read (yarn.nodemanager.log-aggregation.compression-type),"
        ))
    })
}

/// A region that lies before the meta index.
async fn region_before(index: &mut Input, end: u64) -> Result<Region, DeployError> {
    let offset = index.size("an offset", end).await?;
    let stored = index.size("a length", end - offset).await?;
    let raw = index.size("a length", i64::MAX.unsigned_abs()).await?;
    Ok(Region { offset, stored, raw })
}
