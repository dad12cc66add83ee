use weft_common::ErrorKind;
use weft_record::{Key, SlabPool, Str};

use crate::{KeyedState, StateError, Table, TimerQueue, ValueHandle};

fn at(states: &mut KeyedState<u64>, key: u64) -> &mut KeyedState<u64> {
    states.set_current(key.key_hash(), &key);
    states
}

#[test]
fn values_belong_to_their_key_and_state() -> Result<(), StateError> {
    let mut states = KeyedState::new();
    let count = states.value_state::<u64>("count")?;
    let name = states.value_state::<Str>("name")?;
    at(&mut states, 1).value(count)?.update(10);
    at(&mut states, 1).value(name)?.update(Str::from("one"));
    at(&mut states, 2).value(count)?.update(20);
    assert_eq!(at(&mut states, 1).value(count)?.value(), Some(&10));
    assert_eq!(states.value(name)?.value(), Some(&Str::from("one")));
    assert_eq!(at(&mut states, 2).value(count)?.value(), Some(&20));
    assert_eq!(states.value(name)?.value(), None);
    Ok(())
}

#[test]
fn a_value_is_replaced_changed_and_cleared() -> Result<(), StateError> {
    let mut states = KeyedState::new();
    let count = states.value_state::<u64>("count")?;
    let mut value = at(&mut states, 7).value(count)?;
    value.clear();
    assert_eq!(value.value_mut(), None);
    value.update(1);
    value.update(2);
    if let Some(value) = value.value_mut() {
        *value += 40;
    }
    assert_eq!(value.value(), Some(&42));
    value.clear();
    assert_eq!(value.value(), None);
    assert!(states.table(count)?.is_empty());
    Ok(())
}

#[test]
fn a_name_registered_twice_is_one_state() -> Result<(), StateError> {
    let mut states = KeyedState::new();
    let first = states.value_state::<u64>("count")?;
    at(&mut states, 1).value(first)?.update(5);
    let second = states.value_state::<u64>("count")?;
    assert_eq!(at(&mut states, 1).value(second)?.value(), Some(&5));
    assert_eq!(states.schemas().map(|(name, _)| name).collect::<Vec<_>>(), ["count"]);
    Ok(())
}

#[test]
fn a_name_with_two_types_is_refused_with_both() -> Result<(), StateError> {
    let mut states = KeyedState::<u64>::new();
    states.value_state::<u64>("count")?;
    let error = states.value_state::<Str>("count").expect_err("two types");
    assert_eq!(error.kind(), ErrorKind::User);
    let text = error.to_string();
    assert!(text.starts_with("registering state \"count\"") && text.contains("u64") && text.contains("str"), "{text}");
    Ok(())
}

#[test]
fn state_without_a_current_key_is_refused() -> Result<(), StateError> {
    let mut states = KeyedState::new();
    let count = states.value_state::<u64>("count")?;
    assert!(matches!(states.value(count), Err(StateError::NoCurrentKey { name }) if name == "count"));
    at(&mut states, 1).clear_current();
    assert_eq!(states.current(), None);
    assert!(matches!(states.value(count), Err(StateError::NoCurrentKey { .. })));
    Ok(())
}

#[test]
fn a_foreign_handle_is_refused() -> Result<(), StateError> {
    let mut states = KeyedState::new();
    states.value_state::<u64>("count")?;
    states.set_current(1, &1u64);
    let of_another_type = ValueHandle::<Str>::new(0);
    assert!(matches!(states.value(of_another_type), Err(StateError::ForeignHandle { number: 0 })));
    let unknown = ValueHandle::<u64>::new(3);
    assert!(matches!(states.table(unknown), Err(StateError::ForeignHandle { number: 3 })));
    Ok(())
}

#[test]
fn state_does_not_keep_the_buffers_key_and_value_came_from() -> Result<(), StateError> {
    let pool = SlabPool::new(1 << 20);
    let slab = pool.share(vec![b'x'; 4096]);
    let text = slab.str(0..40).expect("a text within the slab");
    let mut states = KeyedState::new();
    let last = states.value_state::<Str>("last")?;
    states.set_current(text.key_hash(), &text);
    states.value(last)?.update(text.clone());
    states.clear_current();
    drop((slab, text));
    assert!(pool.unused_bytes() >= 4096);
    let key = Str::from("x".repeat(40).as_str());
    states.set_current(key.key_hash(), &key);
    assert_eq!(states.value(last)?.value(), Some(&key));
    Ok(())
}

/// A slot's thread is not the one that makes its operators.
#[test]
fn state_can_move_to_another_thread() {
    fn moves<T: Send>() {}
    moves::<KeyedState<Str>>();
    moves::<Table<Str, u64>>();
    moves::<TimerQueue<Str>>();
}
