//! Opening and reading files.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::{read, write};
use crate::{FileSystem, FsError, Path};

/// Bytes without a short period, so that a wrong offset is noticed.
fn pattern(length: usize) -> Bytes {
    (0..length as u64).map(|i| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect()
}

/// Ranges in any order, also several at a time, give the bytes that lie there.
pub async fn reads_ranges_of_a_big_file(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let (file, content) = (root.join("big"), pattern(5_000_003));
    write(&*fs, &file, content.clone()).await?;
    let reader = fs.open(&file).await?;
    assert_eq!(reader.length(), content.len() as u64);
    for (start, end) in [(4_999_999, 5_000_003), (0, 1), (1_048_575, 3_145_729), (0, 5_000_003), (77, 77)] {
        let (a, b) = tokio::join!(reader.read_range(start..end), reader.read_range(0..10));
        assert_eq!(a?, content.slice(start as usize..end as usize), "{start}..{end}");
        assert_eq!(b?, content.slice(0..10));
    }
    Ok(())
}

/// Behind the end there is nothing; a range that must be whole names what is missing.
pub async fn stops_at_the_end(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let file = root.join("file");
    write(&*fs, &file, "0123456789").await?;
    let reader = fs.open(&file).await?;
    let reused = reader.read_at(0, BytesMut::zeroed(4)).await?;
    assert_eq!(reused, "0123");
    assert_eq!(reader.read_at(4, reused).await?, "4567");
    assert_eq!(reader.read_at(8, BytesMut::zeroed(4)).await?, "89");
    assert_eq!(reader.read_at(10, BytesMut::zeroed(4)).await?, "");
    assert_eq!(reader.read_at(1 << 40, BytesMut::zeroed(4)).await?, "");
    let error = reader.read_range(5..1 << 60).await.err();
    assert!(matches!(error, Some(FsError::UnexpectedEnd { length: 10, .. })), "{error:?}");
    Ok(())
}

/// What is missing and what is a directory is named as such.
pub async fn refuses_to_open_what_is_no_file(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let missing = root.join("missing");
    let error = fs.open(&missing).await.err();
    assert!(matches!(&error, Some(FsError::NotFound { path, .. }) if *path == missing), "{error:?}");
    let error = fs.open(&root).await.err();
    assert!(matches!(error, Some(FsError::IsADirectory { .. })), "{error:?}");
    write(&*fs, &root.join("file"), "").await?;
    assert!(!fs.exists(&root.join("file/below")).await?);
    assert!(!fs.exists(&missing).await?);
    assert!(fs.status(&missing).await.is_err_and(|error| error.is_not_found()));
    Ok(())
}

/// A reader has opened a file, not a name.
pub async fn keeps_reading_what_was_renamed(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let (old, new) = (root.join("old"), root.join("new"));
    write(&*fs, &old, "content").await?;
    let reader = fs.open(&old).await?;
    fs.rename_no_replace(&old, &new).await?;
    write(&*fs, &old, "another").await?;
    assert_eq!(reader.read_range(0..7).await?, "content");
    assert_eq!(read(&*fs, &new).await?, "content");
    Ok(())
}

/// The blocks of a range cover it, in order and without overlap.
pub async fn locates_every_byte(fs: Arc<dyn FileSystem>, root: Path) -> Result<(), FsError> {
    let file = root.join("file");
    write(&*fs, &file, pattern(100_000)).await?;
    let blocks = fs.block_locations(&file, 10..90_000).await?;
    let first = blocks.first().map_or(u64::MAX, |block| block.offset);
    assert!(first <= 10, "{blocks:?}");
    let end = blocks.iter().fold(first, |end, block| {
        assert_eq!(block.offset, end, "{blocks:?}");
        end + block.length
    });
    assert!((90_000..=100_000).contains(&end), "{blocks:?}");
    assert_eq!(fs.block_locations(&file, 100_000..200_000).await?, []);
    assert_eq!(fs.block_locations(&file, 5..5).await?, []);
    let error = fs.block_locations(&root, 0..1).await.err();
    assert!(matches!(error, Some(FsError::IsADirectory { .. })), "{error:?}");
    Ok(())
}
