//! Turns `proto/*.proto` into messages, and into calls where those are wanted, without a `protoc` on the machine.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let files = protox::compile(["program.proto"], ["proto"])?;
    prost_build::Config::new().btree_map(["."]).compile_fds(files)?;
    calls()
}

/// In a directory of their own, because messages that both use would be written again, empty.
#[cfg(feature = "grpc")]
fn calls() -> Result<(), Box<dyn Error>> {
    let directory = std::path::PathBuf::from(std::env::var("OUT_DIR")?).join("session");
    std::fs::create_dir_all(&directory)?;
    let files = protox::compile(["session.proto"], ["proto"])?;
    let builder = tonic_prost_build::configure().btree_map(".").extern_path(".weft.model", "crate::proto::model");
    builder.out_dir(directory).compile_fds(files)?;
    Ok(())
}

#[cfg(not(feature = "grpc"))]
fn calls() -> Result<(), Box<dyn Error>> {
    Ok(())
}
