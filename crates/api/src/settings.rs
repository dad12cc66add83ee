//! What a program says about an operator: its name, its id, its parallelism, its slots and its chain.

use crate::DataStream;
use crate::mistake::Mistake;
use weft_graph::{ChainingStrategy, ProgramPlace, StreamNode};
use weft_record::Record;

impl<T: Record> DataStream<T> {
    /// Names the operator this stream comes from, for plans, logs and messages.
    #[track_caller]
    pub fn name(self, name: &str) -> Self {
        self.operator("name", |node| node.name = name.to_owned())
    }

    /// Gives the operator an id that stays when the program changes; by it state is found again. Unique in the program.
    #[track_caller]
    pub fn uid(self, uid: &str) -> Self {
        self.operator("uid", |node| node.uid = Some(uid.to_owned()))
    }

    /// How many subtasks the operator has; over every other setting.
    #[track_caller]
    pub fn set_parallelism(self, parallelism: u32) -> Self {
        self.operator("set_parallelism", |node| node.parallelism = Some(parallelism))
    }

    /// How many key groups the operator has: the most any later rescaling of it can reach. 1 to 32768.
    #[track_caller]
    pub fn set_max_parallelism(self, max_parallelism: u32) -> Self {
        self.operator("set_max_parallelism", |node| node.max_parallelism = Some(max_parallelism))
    }

    /// Which slots the operator may share: only those of operators in the same group. Operators inherit the group of their inputs.
    #[track_caller]
    pub fn slot_sharing_group(self, group: &str) -> Self {
        self.operator("slot_sharing_group", |node| node.slot_sharing_group = Some(group.to_owned()))
    }

    /// Keeps subtask i of the operator in one slot with subtask i of every other operator of the same group, also when they are
    /// restarted. They must have the same parallelism and the same slot-sharing group.
    #[track_caller]
    pub fn co_location_group(self, group: &str) -> Self {
        self.operator("co_location_group", |node| node.co_location_group = Some(group.to_owned()))
    }

    /// Starts a new chain at the operator: it is never put into one task with the one before.
    #[track_caller]
    pub fn start_new_chain(self) -> Self {
        self.operator("start_new_chain", |node| node.chaining = ChainingStrategy::Head)
    }

    /// Keeps the operator in a task of its own.
    #[track_caller]
    pub fn disable_chaining(self) -> Self {
        self.operator("disable_chaining", |node| node.chaining = ChainingStrategy::Never)
    }

    /// Says that the operator's function blocks: the tasks of its chain get a thread of their own, so that the others in their slot
    /// go on meanwhile. It still counts in its slot.
    #[track_caller]
    pub fn blocking(self) -> Self {
        self.operator("blocking", |node| node.blocking = true)
    }

    /// Changes the operator this stream comes from. A union comes from several, and a side output is not what its operator is named by.
    #[track_caller]
    fn operator(self, call: &'static str, change: impl FnOnce(&mut StreamNode)) -> Self {
        let place = ProgramPlace::caller();
        let mut builder = self.env.inner.builder.borrow_mut();
        match self.upstreams.as_slice() {
            [] => {}
            [upstream] if upstream.output == 0 => {
                builder.change(upstream.operator, call, place, change);
            }
            upstreams if upstreams.iter().any(|upstream| !builder.owns(upstream.operator)) => {
                builder.fail(Mistake::ForeignOperator { call, place });
            }
            [upstream] => {
                let operator = builder.label(upstream.operator.node);
                builder.fail(Mistake::SettingOfSideOutput { call, place, operator });
            }
            upstreams => {
                let origin = builder.origin(upstreams.iter().map(|upstream| upstream.operator.node));
                builder.fail(Mistake::SettingOfUnion { call, place, origin });
            }
        }
        drop(builder);
        self
    }
}
