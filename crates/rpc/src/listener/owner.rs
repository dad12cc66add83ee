//! Who listens on a port, as far as `/proc` tells this process: the user always, the process when it belongs to the same user.

use super::PortRange;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The state of a listening socket in `/proc/net/tcp`.
const LISTENING: &str = "0A";
/// Where its columns are.
const LOCAL_ADDRESS: usize = 1;
const STATE: usize = 3;
const USER: usize = 7;
const INODE: usize = 9;

struct Socket {
    port: u16,
    user: u32,
    inode: u64,
}

/// Sentences about who has ports of a range, in the order of the ports.
pub(super) fn owners(ports: &PortRange) -> Vec<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].into_iter().filter_map(|table| fs::read_to_string(table).ok());
    let rows: Vec<String> = tables.flat_map(|table| table.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    let sockets = rows.iter().filter_map(|row| listening(row)).filter(|socket| ports.contains(socket.port));
    let sockets: BTreeMap<u16, Socket> = sockets.map(|socket| (socket.port, socket)).collect();
    sockets.values().map(sentence).collect()
}

fn listening(row: &str) -> Option<Socket> {
    let columns: Vec<&str> = row.split_whitespace().collect();
    if *columns.get(STATE)? != LISTENING {
        return None;
    }
    let port = columns.get(LOCAL_ADDRESS)?.rsplit_once(':')?.1;
    Some(Socket {
        port: u16::from_str_radix(port, 16).ok()?,
        user: columns.get(USER)?.parse().ok()?,
        inode: columns.get(INODE)?.parse().ok()?,
    })
}

fn sentence(socket: &Socket) -> String {
    let user = user_name(socket.user).unwrap_or_else(|| socket.user.to_string());
    match process(socket.inode) {
        Some((pid, name)) => format!("port {} is taken by process {pid} ({name}) of user {user}", socket.port),
        None => format!("port {} is taken by a process of user {user}", socket.port),
    }
}

fn user_name(user: u32) -> Option<String> {
    let users = fs::read_to_string("/etc/passwd").ok()?;
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(user)).then(|| name.to_owned())
    })
}

/// The process that has a socket open, and its name.
fn process(inode: u64) -> Option<(u32, String)> {
    let wanted = format!("socket:[{inode}]");
    let processes = fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut with_socket = processes.filter(|pid: &u32| has_open(*pid, &wanted));
    let pid = with_socket.next()?;
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    Some((pid, name.trim().to_owned()))
}

fn has_open(pid: u32, wanted: &str) -> bool {
    let Ok(descriptors) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    descriptors.flatten().any(|entry| fs::read_link(entry.path()).is_ok_and(|target| target == Path::new(wanted)))
}
