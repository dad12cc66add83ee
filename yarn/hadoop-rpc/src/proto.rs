//! The messages, generated from `proto/*.proto`; what they mean is said there.

/// What every protocol shares.
pub mod rpc {
    #![allow(missing_docs)]
    include!(concat!(env!("OUT_DIR"), "/rpc.rs"));
}

/// HDFS's ClientProtocol.
pub mod hdfs {
    #![allow(missing_docs)]
    include!(concat!(env!("OUT_DIR"), "/hdfs.rs"));
}
