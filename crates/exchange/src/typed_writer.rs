//! stub
use crate::edge::Functions;
use crate::slabs::Slabs;
use crate::*;
use weft_record::{Record, StreamEvent};
pub(crate) struct TypedWriter<T: Record> { _f: Functions<T>, _s: Slabs }
impl<T: Record> TypedWriter<T> {
    pub(crate) fn new(_: WriterConfig, f: Functions<T>, s: Slabs) -> Result<Self, ExchangeError> { Ok(TypedWriter { _f: f, _s: s }) }
}
impl<T: Record> EdgeWriter for TypedWriter<T> {
    fn write(&mut self, _: AnyBatch, _: &mut Outbox) -> Result<Progress, ExchangeError> { Ok(Progress::Done) }
    fn resume(&mut self, _: &mut Outbox) -> Result<Progress, ExchangeError> { Ok(Progress::Done) }
    fn event(&mut self, _: StreamEvent, _: &mut Outbox) {}
    fn flush(&mut self, _: &mut Outbox) {}
    fn on_credit(&mut self, _: u32, _: u32, _: &mut Outbox) {}
    fn is_blocked(&self) -> bool { false }
    fn has_unflushed(&self) -> bool { false }
    fn is_empty(&self) -> bool { false }
    fn bytes_out(&self) -> u64 { 0 }
    fn records_out(&self) -> u64 { 0 }
    fn held_bytes(&self) -> usize { 0 }
    fn blocked_on(&self) -> Option<String> { None }
}
