//! The messages that `build.rs` makes of `proto/*.proto`. Nothing outside of this crate sees them: what they say is told in this crate's
//! own types, made and read in [`wire`](crate::wire).

#![allow(missing_docs, unreachable_pub, clippy::all)]

pub(crate) mod model {
    include!(concat!(env!("OUT_DIR"), "/weft.model.rs"));
}

pub(crate) mod program {
    include!(concat!(env!("OUT_DIR"), "/weft.program.rs"));
}

#[cfg(feature = "grpc")]
pub(crate) mod session {
    include!(concat!(env!("OUT_DIR"), "/session/weft.session.rs"));
}
