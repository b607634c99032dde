//! Generated messages.

use proptest::prelude::*;
use serde::{Serialize, Serializer, ser::SerializeMap};
use socketio_emitter::{
    Args, Binary, Message,
    message::{Action, DisconnectMode, Flags, Spread, Target},
};

/// A generated argument.
#[derive(Debug, Clone)]
pub(crate) enum AnyValue {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl Serialize for AnyValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Bool(value) => value.serialize(serializer),
            Self::Int(value) => value.serialize(serializer),
            Self::Float(value) => value.serialize(serializer),
            Self::Text(value) => value.serialize(serializer),
            Self::Bytes(value) => Binary(value).serialize(serializer),
            Self::List(values) => values.serialize(serializer),
            Self::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                entries.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
                map.end()
            }
        }
    }
}

fn any_value() -> impl Strategy<Value = AnyValue> {
    let leaf = prop_oneof![
        Just(AnyValue::Null),
        any::<bool>().prop_map(AnyValue::Bool),
        (-1_i64 << 50..1 << 50).prop_map(AnyValue::Int),
        prop::num::f64::NORMAL.prop_map(AnyValue::Float),
        ".{0,40}".prop_map(AnyValue::Text),
        prop::collection::vec(any::<u8>(), 0..300).prop_map(AnyValue::Bytes),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(AnyValue::List),
            prop::collection::btree_map("[a-z$_]{1,6}", inner, 0..6)
                .prop_map(|map| AnyValue::Object(map.into_iter().collect())),
        ]
    })
}

/// Emit, join, leave or disconnect with these names of rooms. It generates no server-side emits, no `compress` and no
/// `close`, which some adapters do not support.
pub(crate) fn any_message(rooms: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = Message> {
    let list = move |len| prop::collection::btree_set(rooms.clone(), len).prop_map(Vec::from_iter);
    let target = ("/[a-z]{0,6}", prop::option::of(list(1..4)), list(0..3)).prop_map(|(namespace, rooms, except)| {
        let mut target = Target::default();
        target.of(&namespace);
        target.rooms = rooms;
        target.except = except;
        target
    });
    let emit = ("[a-z]{1,12}x", prop::collection::vec(any_value(), 0..4), any::<bool>()).prop_map(
        |(event, values, volatile)| {
            let mut flags = Flags::default();
            flags.volatile = volatile;
            Action::Emit { event, args: Args::new(&Spread(values)).unwrap(), flags }
        },
    );
    let action = prop_oneof![
        4 => emit,
        1 => list(1..3).prop_map(|rooms| Action::Join { rooms }),
        1 => list(1..3).prop_map(|rooms| Action::Leave { rooms }),
        1 => Just(Action::Disconnect { mode: DisconnectMode::LeaveNamespace }),
    ];
    (target, action).prop_map(|(mut target, action)| {
        target.all = target.rooms.is_none() && !matches!(action, Action::Emit { .. });
        Message::new(target, action)
    })
}
