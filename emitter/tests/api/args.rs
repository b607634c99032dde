use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Value, json, value::RawValue};
use socketio_emitter::{
    Args, Binary, Date, Error,
    error::InvalidMessage,
    message::{MAX_DEPTH, MAX_SAFE_INTEGER, Numbers, Spread},
};

/// The arguments in the JSON form of messages.
fn json_of<T: Serialize + ?Sized>(value: &T) -> Value {
    serde_json::to_value(Args::new(value).unwrap()).unwrap()
}

/// The code and the pointer of the error.
fn refusal<T: Serialize + ?Sized>(value: &T) -> (&'static str, String) {
    match Args::new(value) {
        Err(Error::Invalid(InvalidMessage { code, pointer, .. })) => (code.as_str(), pointer),
        other => panic!("not refused: {other:?}"),
    }
}

#[derive(Serialize)]
struct UnitValue;

#[derive(Serialize)]
struct NewtypeValue<T>(T);

#[derive(Serialize)]
struct PairValue(u8, u8);

#[derive(Serialize)]
struct NoteValue<'a> {
    text: &'a str,
    at: Option<u32>,
}

#[derive(Serialize)]
enum ShapeValue {
    Point,
    Circle(f32),
    Line(u8, u8),
    Square { side: u8 },
}

#[test]
fn tuples_and_arrays_are_several_arguments_and_other_values_are_one() {
    assert_eq!(json_of(&()), json!([]));
    assert_eq!(json_of(&("x", 1, [2, 3])), json!(["x", 1, [2, 3]]));
    assert_eq!(json_of(&[1, 2]), json!([1, 2]));
    assert_eq!(json_of(&PairValue(1, 2)), json!([1, 2]));
    assert_eq!(json_of(&Some(("x", 1))), json!(["x", 1]));
    assert_eq!(json_of(&vec![1, 2]), json!([[1, 2]]));
    assert_eq!(json_of(&[1, 2].as_slice()), json!([[1, 2]]));
    assert_eq!(json_of(&NewtypeValue((1, 2))), json!([[1, 2]]));
    assert_eq!(json_of("text"), json!(["text"]));
    assert_eq!(json_of(&None::<u8>), json!([null]));
    assert_eq!(json_of(&UnitValue), json!([null]));
    assert_eq!(json_of(&NoteValue { text: "hi", at: None }), json!([{"text": "hi", "at": null}]));
    assert_eq!(json_of(&Spread(vec!["a", "b"])), json!(["a", "b"]));
    assert_eq!(json_of(&Spread(Vec::<u8>::new())), json!([]));
    assert_eq!(json_of(&(Spread(vec![1, 2]), 3)), json!([[1, 2], 3]));
}

#[test]
fn values_are_encoded_in_the_form_that_javascript_expects() {
    assert_eq!(json_of(&0.1_f32), json!([0.1]));
    assert_eq!(json_of(&f32::INFINITY), json!([null]));
    assert_eq!(json_of(&'é'), json!(["é"]));
    assert_eq!(json_of(&std::net::Ipv4Addr::LOCALHOST), json!(["127.0.0.1"]));
    assert_eq!(json_of(&(ShapeValue::Point, ShapeValue::Circle(1.5))), json!(["Point", {"Circle": 1.5}]));
    assert_eq!(
        json_of(&(ShapeValue::Line(1, 2), ShapeValue::Square { side: 3 })),
        json!([{"Line": [1, 2]}, {"Square": {"side": 3}}])
    );
    assert_eq!(json_of(&BTreeMap::from([(1, "x"), (2, "y")])), json!([{"1": "x", "2": "y"}]));
    assert_eq!(json_of(&BTreeMap::from([(true, 1)])), json!([{"true": 1}]));
    assert_eq!(json_of(&(7_i128, 7_u128)), json!([7, 7]));
}

#[test]
fn json_object_is_packed_like_a_map_of_known_length() {
    for len in [0, 1, 15, 16, 17, 70_000] {
        let map: serde_json::Map<String, Value> = (0..len).map(|i| (format!("k{i}"), json!(i))).collect();
        let text = Value::Object(map.clone()).to_string();
        assert_eq!(Args::from_json(text.as_bytes(), Numbers::Exact).unwrap(), Args::new(&map).unwrap(), "{len}");
    }
}

#[test]
fn bytes_are_binary_and_a_list_of_numbers_is_not() {
    assert!(!Args::new(&vec![1_u8, 2]).unwrap().has_binary());
    assert!(Args::new(&Binary([1_u8, 2])).unwrap().has_binary());
    assert!(Args::new(&bytes::Bytes::from_static(b"x")).unwrap().has_binary());
    assert!(Args::new(&serde_bytes::Bytes::new(b"x")).unwrap().has_binary());
    assert_eq!(json_of(&("pic", Binary(b"\x01\x02\xff"))), json!(["pic", {"$binary": "AQL/"}]));
}

#[test]
fn iter_returns_the_packed_arguments() {
    let args = Args::new(&("x", Binary([1, 2]), json!({"deep": [1, null]}), Date::from_unix_ms(0))).unwrap();
    let serialized: Vec<_> = args.iter().map(|arg| rmp_serde::to_vec(&arg).unwrap()).collect();
    let (binary, date) = (serde_bytes::Bytes::new(&[1, 2]), "1970-01-01T00:00:00.000Z");
    let expected = [
        rmp_serde::to_vec("x").unwrap(),
        rmp_serde::to_vec(binary).unwrap(),
        rmp_serde::to_vec(&json!({"deep": [1, null]})).unwrap(),
        rmp_serde::to_vec(date).unwrap(),
    ];
    assert_eq!(serialized, expected);
    assert_eq!(Args::default().iter().count(), 0);
}

#[test]
fn values_that_would_change_or_harm_clients_are_refused_with_a_pointer() {
    let unsafe_integer = MAX_SAFE_INTEGER + 1;
    assert_eq!(refusal(&unsafe_integer), ("unsafe-integer", "/args".into()));
    assert_eq!(refusal(&-(unsafe_integer as i64)), ("unsafe-integer", "/args".into()));
    assert_eq!(
        refusal(&("x", [HashMap::from([("a/b~c", unsafe_integer)])])),
        ("unsafe-integer", "/args/1/0/a~1b~0c".into())
    );
    assert_eq!(refusal(&u128::MAX), ("unsafe-integer", "/args".into()));
    assert_eq!(
        refusal(&(1, ShapeValue::Point, json!({"Line": [1, unsafe_integer]}))),
        ("unsafe-integer", "/args/2/Line/1".into())
    );
    assert_eq!(refusal(&("a", json!({"__proto__": 1}))), ("proto-key", "/args/1/__proto__".into()));
    assert_eq!(refusal(&BTreeMap::from([(vec![1], 1)])).0, "key");
    assert_eq!(refusal(&(Binary(b"x"), json!({"_placeholder": true, "num": 0}))).0, "placeholder");
    assert!(Args::new(&json!({"_placeholder": true, "num": 0})).is_ok(), "a placeholder without binary is allowed");
    assert!(
        Args::new(&(Binary(b"x"), json!({"_placeholder": 1}))).is_ok(),
        "`_placeholder` that is not true is allowed"
    );
    assert!(Args::new(&(MAX_SAFE_INTEGER, -(MAX_SAFE_INTEGER as i64))).is_ok());
}

#[test]
fn join_refuses_a_placeholder_beside_binary() {
    let placeholder = Args::new(&json!({"_placeholder": true})).unwrap();
    let binary = Args::new(&Binary(b"x")).unwrap();
    assert_eq!(Args::join([placeholder.clone(), Args::default(), placeholder.clone()]).unwrap().len(), 2);
    assert_eq!(Args::join([placeholder, binary]).unwrap_err().code(), "placeholder");
}

#[test]
fn packed_arguments_are_values_themselves() {
    let args = Args::new(&("x", Binary([1, 2, 255]), json!({"$escape": [1.5]}))).unwrap();
    assert_eq!(Args::new(&args).unwrap(), args);
    let nested = Args::new(&(1, &args)).unwrap();
    assert!(nested.has_binary());
    assert_eq!(nested.len(), 2);
    assert_eq!(json_of(&(1, &args)), json!([1, ["x", {"$binary": "AQL/"}, {"$escape": {"$escape": [1.5]}}]]));
}

#[test]
fn nesting_deeper_than_max_depth_is_refused() {
    let nested = |depth: usize| (0..depth).fold(json!(1), |value, _| json!([value]));
    assert!(Args::new(&vec![nested(MAX_DEPTH - 1)]).is_ok());
    assert_eq!(refusal(&vec![nested(MAX_DEPTH)]).0, "too-deep");
    let text = format!("{}{}", "[".repeat(MAX_DEPTH + 1), "]".repeat(MAX_DEPTH + 1));
    assert_eq!(Args::from_json(text.as_bytes(), Numbers::Exact).unwrap_err().code(), "too-deep");
    let unclosed = "[".repeat(1_000_000);
    assert_eq!(Args::from_json(unclosed.as_bytes(), Numbers::Exact).unwrap_err().code(), "too-deep");
}

#[test]
fn unsafe_integers_in_json_text_are_refused() {
    let code = |json: &str| Args::from_json(json.as_bytes(), Numbers::Exact).map_err(|error| error.code().as_str());
    assert_eq!(code("9007199254740992"), Err("unsafe-integer"));
    assert_eq!(code("-9007199254740993"), Err("unsafe-integer"));
    assert_eq!(code("[1, 123456789012345678901234567890]"), Err("unsafe-integer"));
    assert!(code("9007199254740991").is_ok());
    assert!(code("1e300").is_ok(), "a number with an exponent is a float");
    assert!(
        code(r#"{"18446744073709551616": "123456789012345678901234567890", "x": 1e30}"#).is_ok(),
        "keys and strings are not numbers"
    );
    assert_eq!(code("1e400"), Err("json"), "out of range of a double");
    match Args::from_json(b"{\n  \"a\": [1,\n   123456789012345678901234567890]}", Numbers::Exact) {
        Err(Error::Invalid(invalid)) => assert_eq!(invalid.position, Some((3, 4))),
        other => panic!("{other:?}"),
    }
}

#[test]
fn lossy_numbers_are_rounded_to_doubles() {
    let lossy = |json: &str| serde_json::to_value(Args::from_json(json.as_bytes(), Numbers::Lossy).unwrap()).unwrap();
    assert_eq!(lossy("9007199254740993"), json!([9007199254740992.0]));
    assert_eq!(lossy("123456789012345678901234567890"), json!([1.2345678901234568e29]));
    let typed = Args::with_numbers(&(u64::MAX, i128::MIN), Numbers::Lossy).unwrap();
    assert_eq!(serde_json::to_value(typed).unwrap(), json!([u64::MAX as f64, i128::MIN as f64]));
}

#[test]
fn raw_json_is_packed_in_its_order_and_without_escapes() {
    let raw = RawValue::from_string(r#"{"z": 1, "a": {"$binary": "AQ=="}, "n": 1.50}"#.to_owned()).unwrap();
    let args = Args::new(&("x", &raw)).unwrap();
    assert!(!args.has_binary(), "`$binary` in raw JSON is an ordinary key");
    let text = serde_json::to_string(&args).unwrap();
    assert_eq!(text, r#"["x",{"z":1,"a":{"$escape":{"$binary":"AQ=="}},"n":1.5}]"#);
    let raw = RawValue::from_string("[9007199254740993]".to_owned()).unwrap();
    assert_eq!(Args::new(&raw).unwrap_err().code(), "unsafe-integer");
}

#[test]
fn escapes_are_parsed() {
    let read = |json: &str| Args::from_json(json.as_bytes(), Numbers::Exact);
    assert_eq!(read(r#"{"$binary": "AQL/"}"#).unwrap(), Args::new(&Binary([1, 2, 255])).unwrap());
    assert_eq!(read(r#"[{"$binary": ""}]"#).unwrap(), Args::new(&vec![Binary("")]).unwrap());
    assert_eq!(
        read(r#"{"$binary": "AQ==", "x": 1}"#).unwrap(),
        Args::new(&json!({"$binary": "AQ==", "x": 1})).unwrap()
    );
    assert_eq!(read(r#"{"$escape": {"$binary": "AQ=="}}"#).unwrap(), Args::new(&json!({"$binary": "AQ=="})).unwrap());
    assert_eq!(read(r#"{"$escape": {"$escape": 1}}"#).unwrap(), Args::new(&json!({"$escape": 1})).unwrap());
    let nested = read(r#"{"$escape": {"$binary": {"$binary": "AQ=="}}}"#).unwrap();
    assert!(nested.has_binary(), "values inside `$escape` may contain escapes");
    assert_eq!(read(r#"{"$binary": 5}"#).unwrap_err().code(), "binary");
    assert_eq!(read(r#"{"$binary": "not base64!"}"#).unwrap_err().code(), "binary");
    assert_eq!(read(r#"{"$escape": 1, "x": 2}"#).unwrap_err().code(), "escape");
}

fn any_json() -> impl Strategy<Value = Value> {
    let safe = MAX_SAFE_INTEGER as i64;
    let key = prop_oneof![Just("$binary".to_owned()), Just("$escape".to_owned()), ".{0,40}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-safe..=safe).prop_map(Value::from),
        any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(Value::from),
        ".{0,300}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 20, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..20).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..20)
                .prop_map(|map| Value::Object(map.into_iter().filter(|(k, _)| k != "__proto__").collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn serialized_arguments_are_deserialized_to_the_same(value in any_json()) {
        let args = Args::new(&(value,)).unwrap();
        let text = serde_json::to_string(&args).unwrap();
        let back: Args = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(back, args);
    }

    #[test]
    fn raw_json_is_packed_like_the_parsed_value(value in any_json()) {
        let raw = RawValue::from_string(value.to_string()).unwrap();
        prop_assert_eq!(Args::new(&(raw,)).unwrap(), Args::new(&(value,)).unwrap());
    }

    #[test]
    fn parsing_any_text_does_not_panic(text in ".{0,200}") {
        let _ = Args::from_json(text.as_bytes(), Numbers::Exact);
    }
}
