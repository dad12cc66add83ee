//! Turns `proto/*.proto` into messages without a `protoc` on the machine. What all Hadoop protocols share is hadoop-rpc's.

use std::error::Error;

const SHARED: &str = "../hadoop-rpc/proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    println!("cargo::rerun-if-changed={SHARED}");
    let files = protox::compile(["client.proto", "master.proto", "container.proto"], ["proto", SHARED])?;
    let mut generator = prost_build::Config::new();
    generator.bytes(["."]).extern_path(".rpc", "::weft_hadoop_rpc::proto::rpc").compile_fds(files)?;
    Ok(())
}
