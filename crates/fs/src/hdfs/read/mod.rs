//! Reading files.

pub(super) mod blocks;
mod reader;
mod stream;

pub(super) use reader::HdfsFileReader;
