//! Clients against a server that misbehaves on purpose. How real servers behave is tested elsewhere, against real ones.

mod calls;
mod failover;
mod fake;
mod log_in;
mod rubbish;

use std::sync::Arc;
use std::time::Duration;

use crate::proto::hdfs::{GetFileInfoRequest, GetFileInfoResponse};
use crate::{Address, Entropy, Login, Method, Protocol, RpcClient, RpcError, RpcOptions, Service};

const ECHO: Method<GetFileInfoRequest, GetFileInfoResponse> = Method::new("echo");
const PROTOCOL: Protocol = Protocol { name: "test.EchoProtocol", version: 1 };

/// Bytes that differ from call to call.
fn entropy() -> Arc<dyn Entropy> {
    let state = std::sync::atomic::AtomicU64::new(std::process::id().into());
    Arc::new(move |bytes: &mut [u8]| {
        for chunk in bytes.chunks_mut(8) {
            let number = state.fetch_add(0x9e37_79b9_7f4a_7c15, std::sync::atomic::Ordering::Relaxed);
            let mixed = (number ^ (number >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            chunk.iter_mut().zip(mixed.to_le_bytes()).for_each(|(to, from)| *to = from);
        }
    })
}

/// Patience for a busy machine where the test expects success, little where it expects failure.
fn options() -> RpcOptions {
    RpcOptions {
        call_timeout: Duration::from_secs(30),
        connect_timeout: Duration::from_secs(20),
        silence_timeout: Duration::from_secs(20),
        ping_interval: Duration::from_secs(20),
        max_idle: Duration::from_secs(20),
        max_response_bytes: 1 << 20,
        max_request_bytes: 1 << 16,
        first_backoff: Duration::from_millis(1),
        max_backoff: Duration::from_millis(10),
    }
}

fn service(addresses: &[&Address]) -> Service {
    let addresses = addresses.iter().map(|address| (*address).clone()).collect();
    Service { name: "the test service".to_owned(), protocol: PROTOCOL, addresses, catch_up: None }
}

fn client(addresses: &[&Address], login: Login, options: RpcOptions) -> RpcClient {
    RpcClient::new(service(addresses), login, options, entropy())
}

/// Calls the server, which answers with the text as the owner of a file.
async fn echo(client: &RpcClient, text: &str) -> Result<String, RpcError> {
    let request = GetFileInfoRequest { src: text.to_owned() };
    let response = client.call(&ECHO, &request).await?;
    Ok(response.status.map(|status| status.owner).unwrap_or_default())
}
