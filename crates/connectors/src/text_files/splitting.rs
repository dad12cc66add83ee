//! How big splits are.

use super::FileSplit;
use weft_fs::{BlockLocation, FileStatus};

/// A split is read in a fraction of a second, and lost work is no more than that.
const MAX_SPLIT: u64 = 32 << 20;
/// A split should take longer to read than to hand out.
const MIN_SPLIT: u64 = 1 << 20;
/// Splits for each subtask, so that a slow one does not hold up the others.
const SPLITS_PER_SUBTASK: u64 = 4;

/// The size to aim at for so many bytes of input.
pub(crate) fn split_size(total: u64, parallelism: u32) -> u64 {
    match parallelism {
        0 | 1 => MAX_SPLIT,
        p => total.div_ceil(u64::from(p) * SPLITS_PER_SUBTASK).clamp(MIN_SPLIT, MAX_SPLIT),
    }
}

/// Cuts a file into splits of nearly the same size, at most `size`. An empty file has none. A split lies where the block does
/// that holds its middle.
pub(crate) fn splits_of(file: &FileStatus, size: u64, blocks: &[BlockLocation]) -> impl Iterator<Item = FileSplit> {
    let count = file.length.div_ceil(size.max(1));
    // 128 bits: a length times a count is beyond 64.
    let begin = move |length: u64, i: u64| (u128::from(length) * u128::from(i) / u128::from(count.max(1))) as u64;
    let (path, length) = (file.path.to_string(), file.length);
    (0..count).map(move |i| {
        let (start, end) = (begin(length, i), begin(length, i + 1));
        FileSplit { path: path.clone(), start, end, hosts: hosts_at(blocks, start + (end - start) / 2) }
    })
}

fn hosts_at(blocks: &[BlockLocation], offset: u64) -> Vec<String> {
    let behind = blocks.partition_point(|block| block.offset <= offset);
    let block = behind.checked_sub(1).and_then(|index| blocks.get(index));
    block.map(|block| block.hosts.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_fs::{FileKind, Path};

    fn lengths(length: u64, size: u64) -> Vec<u64> {
        let path = Path::parse("/book").expect("a path");
        let file = FileStatus { path, length, kind: FileKind::File, modified_ms: 0, replication: None };
        let splits: Vec<_> = splits_of(&file, size, &[]).collect();
        assert!(splits.windows(2).all(|pair| pair[0].end == pair[1].start), "{splits:?}");
        splits.iter().map(|split| split.end - split.start).collect()
    }

    #[test]
    fn splits_cover_the_file_evenly() {
        let table: &[(u64, u64, &[u64])] =
            &[(0, 10, &[]), (1, 10, &[1]), (10, 10, &[10]), (11, 10, &[5, 6]), (25, 10, &[8, 8, 9])];
        for (length, size, expected) in table {
            assert_eq!(lengths(*length, *size), *expected, "{length} by {size}");
        }
    }

    #[test]
    fn splits_lie_where_their_blocks_do() {
        let path = Path::parse("hdfs://ns/book").expect("a path");
        let file = FileStatus { path, length: 100, kind: FileKind::File, modified_ms: 0, replication: Some(2) };
        let block = |offset, length, host: &str| BlockLocation { offset, length, hosts: vec![host.to_owned()] };
        let blocks = [block(0, 40, "a"), block(40, 40, "b"), block(80, 20, "c")];
        let hosts: Vec<_> = splits_of(&file, 25, &blocks).map(|split| split.hosts.concat()).collect();
        assert_eq!(hosts, ["a", "a", "b", "c"]);
    }

    #[test]
    fn sizes_follow_input_and_parallelism() {
        const MIB: u64 = 1 << 20;
        let table =
            [(100, 4, MIB), (6 * MIB, 1, 32 * MIB), (6 * MIB, 4, MIB), (64 * MIB, 4, 4 * MIB), (1 << 40, 4, 32 * MIB)];
        for (total, parallelism, expected) in table {
            assert_eq!(split_size(total, parallelism), expected, "{total} at {parallelism}");
        }
    }
}
