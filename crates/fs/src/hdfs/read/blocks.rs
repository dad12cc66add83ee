//! The blocks of a file, as far as the NameNode has told.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use weft_hadoop_rpc::proto::hdfs::{LocatedBlock, LocatedBlocks};

/// Blocks by the offset in the file at which they begin.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    by_offset: BTreeMap<u64, Arc<LocatedBlock>>,
}

impl Blocks {
    /// Takes what the NameNode tells, instead of what it told before.
    pub(super) fn learn(&mut self, blocks: LocatedBlocks) {
        blocks.blocks.into_iter().for_each(|block| self.learn_one(block));
    }

    /// Takes one block.
    pub(super) fn learn_one(&mut self, block: LocatedBlock) {
        if length(&block) > 0 {
            self.by_offset.insert(block.offset, Arc::new(block));
        }
    }

    /// The block that holds the byte at `offset`.
    pub(super) fn at(&self, offset: u64) -> Option<Arc<LocatedBlock>> {
        let (_, block) = self.by_offset.range(..=offset).next_back()?;
        range(block).contains(&offset).then(|| Arc::clone(block))
    }
}

/// Bytes of a block.
pub(in crate::hdfs) fn length(block: &LocatedBlock) -> u64 {
    block.block.num_bytes()
}

/// Where a block's bytes are in its file.
pub(in crate::hdfs) fn range(block: &LocatedBlock) -> Range<u64> {
    block.offset..block.offset.saturating_add(length(block))
}

#[cfg(test)]
mod tests {
    use weft_hadoop_rpc::proto::hdfs::ExtendedBlock;

    use super::*;

    fn block(offset: u64, length: u64, id: u64) -> LocatedBlock {
        let block = ExtendedBlock { block_id: id, num_bytes: Some(length), ..ExtendedBlock::default() };
        LocatedBlock { block, offset, ..LocatedBlock::default() }
    }

    #[test]
    fn a_byte_lies_in_one_block_or_in_none_that_is_known() {
        let mut blocks = Blocks::default();
        let told = |told: Vec<LocatedBlock>| LocatedBlocks { blocks: told, ..LocatedBlocks::default() };
        blocks.learn(told(vec![block(0, 10, 1), block(20, 5, 3), block(25, 0, 4)]));
        let id = |blocks: &Blocks, offset| blocks.at(offset).map(|block| block.block.block_id);
        for (offset, expected) in [(0, Some(1)), (9, Some(1)), (10, None), (20, Some(3)), (24, Some(3)), (25, None)] {
            assert_eq!(id(&blocks, offset), expected, "{offset}");
        }
        blocks.learn(told(vec![block(10, 10, 2), block(20, 5, 9)]));
        assert_eq!((id(&blocks, 10), id(&blocks, 24)), (Some(2), Some(9)));
    }
}
