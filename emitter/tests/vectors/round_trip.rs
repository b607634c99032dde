use proptest::{prelude::*, sample::Index};
use serde_json::Value;
use socketio_emitter::{
    Adapter, Args, Binary, Message,
    adapter::{DecodedMessage, Frame, RoomChannels, Sharded, Streams},
    message::{Action, DisconnectMode, RESERVED_EVENTS, RESERVED_SERVER_EVENTS, Target},
};

/// The adapters that support every message.
fn adapters() -> Vec<Adapter> {
    let mut several_streams = Streams::default().prefix("#");
    several_streams.stream_count = 5;
    let mut sharded_pub_sub = Streams::default().prefix("");
    sharded_pub_sub.sharded_pub_sub = true;
    vec![
        Adapter::Sharded(Sharded::default()),
        Adapter::Sharded(Sharded::default().prefix("a#/b").room_channels(RoomChannels::Dynamic)),
        Adapter::Sharded(Sharded::default().prefix("").room_channels(RoomChannels::DynamicPrivate)),
        Adapter::Streams(Streams::default()),
        Adapter::Streams(several_streams),
        Adapter::Streams(sharded_pub_sub),
        Adapter::Streams(Streams::default().before_0_3()),
    ]
}

fn any_args() -> impl Strategy<Value = Args> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
    ];
    let tree = leaf.prop_recursive(3, 16, 17, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..17).prop_map(Value::from),
            prop::collection::btree_map("[$a-zé]{0,7}", inner, 0..17).prop_map(|map| map.into_iter().collect()),
        ]
    });
    let rest = prop_oneof![
        Just(Args::default()),
        Just(Args::new(&f64::NAN).unwrap()),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| Args::new(&Binary(bytes)).unwrap()),
    ];
    let trees = prop::collection::vec(tree.prop_map(|tree| Args::new(&(tree,)).unwrap()), 0..4);
    (trees, rest).prop_map(|(trees, rest)| Args::join(trees.into_iter().chain([rest])).unwrap())
}

fn any_name() -> impl Strategy<Value = String> {
    let is_allowed =
        |name: &String| !RESERVED_EVENTS.contains(&name.as_str()) && !RESERVED_SERVER_EVENTS.contains(&name.as_str());
    prop_oneof!["[a-z#/é😀 ]{1,40}", ".{1,20}"].prop_filter("reserved", is_allowed)
}

fn any_action() -> impl Strategy<Value = Action> {
    let rooms = || prop::collection::vec(any_name(), 1..4);
    let emit =
        (any_name(), any_args(), any::<bool>(), any::<Option<bool>>()).prop_map(|(event, args, volatile, compress)| {
            let mut message = Message::emit(event, args);
            if let Action::Emit { flags, .. } = &mut message.action {
                (flags.volatile, flags.compress) = (volatile, compress);
            }
            message.action
        });
    prop_oneof![
        4 => emit,
        1 => rooms().prop_map(|rooms| Action::Join { rooms }),
        1 => rooms().prop_map(|rooms| Action::Leave { rooms }),
        1 => prop_oneof![Just(DisconnectMode::CloseConnection), Just(DisconnectMode::LeaveNamespace)].prop_map(|mode| Action::Disconnect { mode }),
        2 => (any_name(), any_args()).prop_map(|(event, args)| Action::ServerEmit { event, args }),
    ]
}

fn any_message() -> impl Strategy<Value = Message> {
    let rooms = prop::option::of(prop::collection::vec(any_name(), 1..20));
    let except = prop::collection::vec(any_name(), 0..4);
    (any_action(), prop_oneof![Just(String::new()), any_name()], rooms, except).prop_map(
        |(action, namespace, rooms, except)| {
            let all = rooms.is_none() && !matches!(action, Action::Emit { .. });
            let namespace = format!("/{namespace}");
            let mut target = Target::default();
            target.of(&namespace);
            if !matches!(action, Action::ServerEmit { .. }) {
                (target.rooms, target.except, target.all) = (rooms, except, all);
            }
            Message::new(target, action)
        },
    )
}

/// The payload of the frame with one byte replaced, and truncated there if `cut`.
fn mutated_payload(frame: &Frame<'_>, at: Index, byte: u8, cut: bool) -> Vec<u8> {
    let mut bytes = match frame {
        Frame::Published { payload, .. } => payload.to_vec(),
        Frame::Entry { fields, .. } => fields.last().unwrap().1.to_vec(),
    };
    let at = at.index(bytes.len());
    bytes[at] = byte;
    if cut {
        bytes.truncate(at);
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn encoded_messages_are_decoded_to_the_same_message(message in any_message()) {
        // Names each room once, as encoding does.
        let message = message.check().unwrap().into_message();
        for adapter in adapters() {
            let command = adapter.encode(&message).unwrap();
            match adapter.decode(&command.frame()).unwrap() {
                DecodedMessage::Message { message: decoded, sender, request, .. } => {
                    prop_assert_eq!(&decoded, &message);
                    prop_assert_eq!((sender.as_deref(), request), (Some("emitter"), None));
                }
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }

    #[test]
    fn decoding_changed_payloads_does_not_panic(message in any_message(), at: Index, byte: u8, cut: bool) {
        for adapter in adapters() {
            let command = adapter.encode(&message).unwrap();
            let frame = command.frame();
            let payload = mutated_payload(&frame, at, byte, cut);
            let _ = adapter.decode(&match frame {
                Frame::Published { channel, .. } => Frame::Published { channel, payload: &payload },
                Frame::Entry { stream, mut fields } => {
                    fields.last_mut().unwrap().1 = &payload;
                    Frame::Entry { stream, fields }
                }
            });
        }
    }
}
