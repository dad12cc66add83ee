//! Reading files.

pub(super) mod blocks;
mod reader;
mod stream;
mod visible;

pub(super) use reader::HdfsFileReader;
