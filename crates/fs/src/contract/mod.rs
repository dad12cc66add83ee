//! What every file system must show, as tests.
//!
//! An implementation calls [`file_system_contract!`](crate::file_system_contract) in a test module. Each case gets a
//! file system and an empty directory in it, and fails by an assertion or by the error of an operation that should
//! have succeeded.

pub mod listing;
pub mod naming;
pub mod reading;
pub mod writing;

use bytes::Bytes;

use crate::{CreateOptions, FileSystem, FsError, Path};

/// Makes one `#[tokio::test]` of each case of the contract. The argument is evaluated for each and gives the file
/// system as `Arc<dyn FileSystem>`, the path of an empty directory in it, and a value that is kept until the case ends.
#[macro_export]
macro_rules! file_system_contract {
    ($fixture:expr) => {
        $crate::file_system_contract! { @cases $fixture;
            listing::lists_what_was_created,
            listing::lists_more_than_a_page,
            listing::refuses_to_list_what_is_no_directory,
            listing::makes_directories_deeply_and_again,
            listing::refuses_to_make_a_directory_over_a_file,
            naming::renames_files_and_directories,
            naming::never_replaces_by_renaming,
            naming::lets_one_of_two_racing_renames_win,
            naming::names_what_a_rename_misses,
            naming::refuses_to_move_a_directory_into_itself,
            naming::deletes_once,
            naming::deletes_directories_only_as_told,
            reading::reads_ranges_of_a_big_file,
            reading::stops_at_the_end,
            reading::refuses_to_open_what_is_no_file,
            reading::keeps_reading_what_was_renamed,
            reading::locates_every_byte,
            writing::shows_all_after_close,
            writing::shows_only_a_prefix_before_close,
            writing::keeps_an_empty_file,
            writing::creates_new_only_where_nothing_is,
            writing::lets_one_of_two_racing_creates_win,
            writing::overwrites_when_told,
            writing::makes_no_parent_by_the_way,
            writing::leaves_nothing_after_abort,
            writing::leaves_nothing_when_dropped,
            writing::spares_what_was_renamed_before_abort,
        }
    };
    (@cases $fixture:expr; $($group:ident::$case:ident),* $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() -> Result<(), $crate::FsError> {
                let (file_system, root, _kept) = $fixture;
                $crate::contract::$group::$case(file_system, root).await
            }
        )*
    };
}

/// Writes a whole new file.
async fn write(fs: &dyn FileSystem, path: &Path, content: impl Into<Bytes> + Send) -> Result<(), FsError> {
    let mut writer = fs.create(path, CreateOptions::NEW).await?;
    writer.write(content.into()).await?;
    writer.close().await
}

/// Reads a whole file.
async fn read(fs: &dyn FileSystem, path: &Path) -> Result<Bytes, FsError> {
    let reader = fs.open(path).await?;
    reader.read_range(0..reader.length()).await
}

/// The names in a directory, sorted.
async fn names(fs: &dyn FileSystem, directory: &Path) -> Result<Vec<String>, FsError> {
    let entries = fs.list_all(directory).await?;
    Ok(entries.iter().filter_map(|entry| entry.path.file_name().map(str::to_owned)).collect())
}
