//! Methods and protocols as values: a call's name and types cannot be mixed up.

use std::marker::PhantomData;

/// A protocol as servers know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protocol {
    /// The Java interface that declares the methods.
    pub name: &'static str,
    /// Its version; 1 for every protocol of HDFS and YARN.
    pub version: u64,
}

/// A method with the messages it takes and gives.
///
/// Every call of this client may be sent again with the ids of the first time, when its answer is lost: servers either
/// recognise the ids (the NameNode's retry cache, ten minutes) or treat the repetition as harmless. A method for which
/// neither is true does not belong here.
#[derive(Debug)]
pub struct Method<Q, A> {
    pub(crate) name: &'static str,
    messages: PhantomData<fn(&Q) -> A>,
}

impl<Q, A> Method<Q, A> {
    /// Names a method.
    pub const fn new(name: &'static str) -> Self {
        Method { name, messages: PhantomData }
    }
}
