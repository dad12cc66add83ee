//! stub
use crate::slabs::Slabs;
use crate::*;
use weft_record::Record;
pub(crate) struct TypedGate<T: Record> { _t: std::marker::PhantomData<T> }
impl<T: Record> TypedGate<T> {
    pub(crate) fn new(_: GateConfig, _keyed: bool, _s: Slabs) -> Self { TypedGate { _t: std::marker::PhantomData } }
}
impl<T: Record> InputGate for TypedGate<T> {
    fn open(&mut self, _: &mut Outbox) {}
    fn deliver(&mut self, _: u32, _: Message) -> Result<(), ExchangeError> { Ok(()) }
    fn poll(&mut self, _: &mut Outbox) -> Result<Option<GateElement>, ExchangeError> { Ok(None) }
    fn has_input(&self) -> bool { false }
    fn block_channel(&mut self, _: usize) {}
    fn unblock_channel(&mut self, _: usize) {}
    fn bytes_in(&self) -> u64 { 0 }
    fn records_in(&self) -> u64 { 0 }
    fn held_bytes(&self) -> usize { 0 }
}
