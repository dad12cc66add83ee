//! Descriptors that travel with bytes over a Unix socket (`SCM_RIGHTS`).
//!
//! The kernel attaches them to the first byte of the message they are sent with, and no read goes on past bytes that have descriptors. So
//! a reader that asks for no more than a frame's head gets the descriptors sent with it, and only those.

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};
use std::io::{self, IoSlice, IoSliceMut, Read};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

/// As many as a message can bring: one is used.
const MOST: usize = 4;
const SPACE: usize = rustix::cmsg_space!(ScmRights(MOST));

/// Sends bytes with descriptors. The bytes have to be few enough to be taken at once, which those of a new socket are.
pub(super) fn send(socket: &UnixStream, bytes: &[u8], descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); SPACE];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() && !ancillary.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "more descriptors than a message takes"));
    }
    let sent = sendmsg(socket, &[IoSlice::new(bytes)], &mut ancillary, SendFlags::NOSIGNAL)?;
    if sent < bytes.len() {
        return Err(io::Error::new(io::ErrorKind::WriteZero, "the socket did not take the head of a message at once"));
    }
    Ok(())
}

/// Reads from a socket and keeps the descriptors that come along.
pub(super) struct Receiving<'a> {
    socket: &'a UnixStream,
    descriptors: Vec<OwnedFd>,
}

impl<'a> Receiving<'a> {
    pub(super) fn new(socket: &'a UnixStream) -> Self {
        Receiving { socket, descriptors: Vec::new() }
    }

    /// What came along, in the order in which it was sent.
    pub(super) fn into_descriptors(self) -> Vec<OwnedFd> {
        self.descriptors
    }
}

impl Read for Receiving<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut space = [MaybeUninit::uninit(); SPACE];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let flags = RecvFlags::CMSG_CLOEXEC;
        let received = recvmsg(self.socket, &mut [IoSliceMut::new(buffer)], &mut ancillary, flags)?;
        for message in ancillary.drain() {
            if let RecvAncillaryMessage::ScmRights(descriptors) = message {
                self.descriptors.extend(descriptors);
            }
        }
        Ok(received.bytes)
    }
}
