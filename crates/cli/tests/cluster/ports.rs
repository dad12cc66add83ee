//! The ports of a cluster at work, and how a conversation begins at each.

use crate::cluster::Cluster;
use crate::processes::{children_of, listening};

/// A port of one of the cluster's processes.
pub(crate) struct Port {
    pub(crate) name: String,
    pub(crate) number: u16,
    /// How peers begin, for a cluster without a secret.
    pub(crate) openings: Vec<Vec<u8>>,
}

/// Those of REST, of the JobManager, of each TaskManager and of its first worker.
pub(crate) fn ports(cluster: &Cluster) -> Vec<Port> {
    let rest = cluster.rest();
    let rest = rest.rsplit(':').next().and_then(|port| port.parse().ok()).expect("host:port");
    let mut ports = vec![
        Port { name: "REST".into(), number: rest, openings: http() },
        Port { name: "the JobManager".into(), number: cluster.rpc_port(), openings: session(1) },
    ];
    for process in &cluster.task_managers {
        let worker = children_of(process.id())[0];
        let data = listening(worker);
        assert_eq!(data.len(), 1, "a worker listens for other workers and for nobody else: {data:?}");
        // The data plane's listener is the TaskManager's own, which its worker has inherited.
        let rpc: Vec<u16> = listening(process.id()).into_iter().filter(|port| *port != data[0]).collect();
        assert_eq!(rpc.len(), 1, "{rpc:?}");
        ports.push(Port { name: format!("TaskManager {}", process.id()), number: rpc[0], openings: session(2) });
        ports.push(Port { name: format!("worker {worker}"), number: data[0], openings: exchange() });
    }
    ports
}

fn http() -> Vec<Vec<u8>> {
    let hash = "0".repeat(64);
    let chunked = "Host: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabcd\r\nzz\r\n";
    [
        "GET /overview HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_owned(),
        "GET /jobs/metrics?get=a&agg=%&jobs=- HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        "GET /jobmanager/logs/..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: x\r\nRange: bytes=0-\r\n\r\n".to_owned(),
        format!("POST /weft/jobs HTTP/1.1\r\n{chunked}"),
        "POST /weft/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551615\r\n\r\n\x01\x02".to_owned(),
        format!("PUT /weft/artifacts/{hash} HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\nprogram"),
        "POST /jars/upload HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=XyZ\r\nContent-Length: \
         66\r\n\r\n--XyZ\r\nContent-Disposition: form-data; filename=a\r\n\r\nprogram\r\n--XyZ\r\n"
            .to_owned(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x12\x04\0\0\0\0\0".to_owned(),
    ]
    .map(String::into_bytes)
    .to_vec()
}

/// A greeting and the proof of nothing; and what may follow it: HTTP/2 with settings, a call's header, a frame as long as can be.
fn session(role: u8) -> Vec<Vec<u8>> {
    let mut greeting = b"WEFTRPC\n\x01\0".to_vec();
    greeting.extend([role, 0]);
    greeting.extend([0; 48]);
    let known = [&greeting[..], &[0; 32]].concat();
    let http = [&known[..], b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"].concat();
    // Literal fields without names of an index: ":method POST", ":path /weft…", a content type.
    let mut fields = vec![0x83, 0x86, 0x44, 0x1e];
    fields.extend(b"/weft.session.JobManager/Sessi");
    fields.extend([0x5f, 0x10]);
    fields.extend(b"application/grpc");
    let head = [0, 0, fields.len() as u8, 1, 4, 0, 0, 0, 1];
    let call =
        [&http[..], &head, &fields, &[0, 0, 9, 0, 0, 0, 0, 0, 1, 0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4]].concat();
    let long = [&http[..], &[0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1, 0, 0]].concat();
    vec![greeting, known, http, call, long]
}

fn exchange() -> Vec<Vec<u8>> {
    let mut greeting = b"weftexch\x01\0\0\0".to_vec();
    greeting.resize(100, 0);
    let proved = [&greeting[..], &[0; 32]].concat();
    // Records of four gigabytes.
    let message = [&proved[..], &[1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], &[0; 24]].concat();
    vec![greeting, proved, message]
}
