//! What becomes of a value on its way to the wire, and what is refused.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Value, json, value::RawValue};
use socketio_emitter::{Args, Binary, Date, Error, Invalid, MAX_DEPTH, MAX_SAFE_INTEGER, Numbers, Spread};

/// The arguments as JSON, which is how the doors show them.
fn shown<T: Serialize + ?Sized>(value: &T) -> Value {
    serde_json::to_value(Args::new(value).unwrap()).unwrap()
}

fn refused<T: Serialize + ?Sized>(value: &T) -> (&'static str, String) {
    match Args::new(value) {
        Err(Error::Invalid(Invalid { code, pointer, .. })) => (code, pointer),
        other => panic!("not refused: {other:?}"),
    }
}

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct Wrapped<T>(T);

#[derive(Serialize)]
struct Pair(u8, u8);

#[derive(Serialize)]
struct Note<'a> {
    text: &'a str,
    at: Option<u32>,
}

#[derive(Serialize)]
enum Shape {
    Point,
    Circle(f32),
    Line(u8, u8),
    Square { side: u8 },
}

#[test]
fn tuples_and_arrays_are_several_arguments_and_anything_else_is_one() {
    assert_eq!(shown(&()), json!([]));
    assert_eq!(shown(&("x", 1, [2, 3])), json!(["x", 1, [2, 3]]));
    assert_eq!(shown(&[1, 2]), json!([1, 2]));
    assert_eq!(shown(&Pair(1, 2)), json!([1, 2]));
    assert_eq!(shown(&Some(("x", 1))), json!(["x", 1]));
    assert_eq!(shown(&vec![1, 2]), json!([[1, 2]]));
    assert_eq!(shown(&[1, 2].as_slice()), json!([[1, 2]]));
    assert_eq!(shown(&Wrapped((1, 2))), json!([[1, 2]]));
    assert_eq!(shown("text"), json!(["text"]));
    assert_eq!(shown(&None::<u8>), json!([null]));
    assert_eq!(shown(&Unit), json!([null]));
    assert_eq!(shown(&Note { text: "hi", at: None }), json!([{"text": "hi", "at": null}]));
    assert_eq!(shown(&Spread(vec!["a", "b"])), json!(["a", "b"]));
    assert_eq!(shown(&Spread(Vec::<u8>::new())), json!([]));
    assert_eq!(shown(&(Spread(vec![1, 2]), 3)), json!([[1, 2], 3]));
}

#[test]
fn values_take_the_form_that_javascript_expects() {
    assert_eq!(shown(&0.1_f32), json!([0.1]));
    assert_eq!(shown(&f32::INFINITY), json!([null]));
    assert_eq!(shown(&'é'), json!(["é"]));
    assert_eq!(shown(&std::net::Ipv4Addr::LOCALHOST), json!(["127.0.0.1"]));
    assert_eq!(shown(&(Shape::Point, Shape::Circle(1.5))), json!(["Point", {"Circle": 1.5}]));
    assert_eq!(
        shown(&(Shape::Line(1, 2), Shape::Square { side: 3 })),
        json!([{"Line": [1, 2]}, {"Square": {"side": 3}}])
    );
    assert_eq!(shown(&BTreeMap::from([(1, "x"), (2, "y")])), json!([{"1": "x", "2": "y"}]));
    assert_eq!(shown(&BTreeMap::from([(true, 1)])), json!([{"true": 1}]));
    assert_eq!(shown(&(7_i128, 7_u128)), json!([7, 7]));
}

#[test]
fn an_object_of_unknown_length_is_as_good_as_a_known_one() {
    for len in [0, 1, 15, 16, 17, 70_000] {
        let map: serde_json::Map<String, Value> = (0..len).map(|i| (format!("k{i}"), json!(i))).collect();
        let text = Value::Object(map.clone()).to_string();
        assert_eq!(Args::from_json(text.as_bytes(), Numbers::Exact).unwrap(), Args::new(&map).unwrap(), "{len}");
    }
}

#[test]
fn binary_is_told_from_a_list_of_numbers() {
    assert!(!Args::new(&vec![1_u8, 2]).unwrap().has_binary());
    assert!(Args::new(&Binary([1_u8, 2])).unwrap().has_binary());
    assert!(Args::new(&bytes::Bytes::from_static(b"x")).unwrap().has_binary());
    assert!(Args::new(&serde_bytes::Bytes::new(b"x")).unwrap().has_binary());
    assert_eq!(shown(&("pic", Binary(b"\x01\x02\xff"))), json!(["pic", {"$binary": "AQL/"}]));
}

#[test]
fn arguments_one_by_one_are_as_they_were() {
    let args = Args::new(&("x", Binary([1, 2]), json!({"deep": [1, null]}), Date::from_unix_ms(0))).unwrap();
    let again: Vec<_> = args.iter().map(|arg| rmp_serde::to_vec(&arg).unwrap()).collect();
    let (binary, date) = (serde_bytes::Bytes::new(&[1, 2]), "1970-01-01T00:00:00.000Z");
    let expected = [
        rmp_serde::to_vec("x").unwrap(),
        rmp_serde::to_vec(binary).unwrap(),
        rmp_serde::to_vec(&json!({"deep": [1, null]})).unwrap(),
        rmp_serde::to_vec(date).unwrap(),
    ];
    assert_eq!(again, expected);
    assert_eq!(Args::default().iter().count(), 0);
}

#[test]
fn what_could_not_arrive_whole_is_refused_with_a_pointer() {
    let big = MAX_SAFE_INTEGER + 1;
    assert_eq!(refused(&big), ("unsafe-integer", "/args".into()));
    assert_eq!(refused(&-(big as i64)), ("unsafe-integer", "/args".into()));
    assert_eq!(refused(&("x", [HashMap::from([("a/b~c", big)])])), ("unsafe-integer", "/args/1/0/a~1b~0c".into()));
    assert_eq!(refused(&u128::MAX), ("unsafe-integer", "/args".into()));
    assert_eq!(refused(&(1, Shape::Point, json!({"Line": [1, big]}))), ("unsafe-integer", "/args/2/Line/1".into()));
    assert_eq!(refused(&("a", json!({"__proto__": 1}))), ("proto-key", "/args/1/__proto__".into()));
    assert_eq!(refused(&BTreeMap::from([(vec![1], 1)])).0, "key");
    assert_eq!(refused(&(Binary(b"x"), json!({"_placeholder": true, "num": 0}))).0, "placeholder");
    assert!(Args::new(&json!({"_placeholder": true, "num": 0})).is_ok(), "harmless without binary");
    assert!(Args::new(&(Binary(b"x"), json!({"_placeholder": 1}))).is_ok(), "no placeholder");
    assert!(Args::new(&(MAX_SAFE_INTEGER, -(MAX_SAFE_INTEGER as i64))).is_ok());
}

#[test]
fn arguments_that_are_harmless_alone_are_refused_together() {
    let placeholder = Args::new(&json!({"_placeholder": true})).unwrap();
    let binary = Args::new(&Binary(b"x")).unwrap();
    assert_eq!(Args::join([placeholder.clone(), Args::default(), placeholder.clone()]).unwrap().len(), 2);
    assert_eq!(Args::join([placeholder, binary]).unwrap_err().code(), "placeholder");
}

#[test]
fn packed_arguments_can_be_packed_again() {
    let args = Args::new(&("x", Binary([1, 2, 255]), json!({"$escape": [1.5]}))).unwrap();
    assert_eq!(Args::new(&args).unwrap(), args);
    let inside = Args::new(&(1, &args)).unwrap();
    assert!(inside.has_binary());
    assert_eq!(inside.len(), 2);
    assert_eq!(shown(&(1, &args)), json!([1, ["x", {"$binary": "AQL/"}, {"$escape": {"$escape": [1.5]}}]]));
}

#[test]
fn nesting_is_bounded_for_values_and_for_text() {
    let nested = |depth: usize| (0..depth).fold(json!(1), |value, _| json!([value]));
    assert!(Args::new(&vec![nested(MAX_DEPTH - 1)]).is_ok());
    assert_eq!(refused(&vec![nested(MAX_DEPTH)]).0, "too-deep");
    let text = format!("{}{}", "[".repeat(MAX_DEPTH + 1), "]".repeat(MAX_DEPTH + 1));
    assert_eq!(Args::from_json(text.as_bytes(), Numbers::Exact).unwrap_err().code(), "too-deep");
    let endless = "[".repeat(1_000_000);
    assert!(Args::from_json(endless.as_bytes(), Numbers::Exact).is_err());
}

#[test]
fn integers_in_text_are_judged_by_the_text() {
    let code = |json: &str| Args::from_json(json.as_bytes(), Numbers::Exact).map_err(|error| error.code());
    assert_eq!(code("9007199254740992"), Err("unsafe-integer"));
    assert_eq!(code("-9007199254740993"), Err("unsafe-integer"));
    assert_eq!(code("[1, 123456789012345678901234567890]"), Err("unsafe-integer"));
    assert!(code("9007199254740991").is_ok());
    assert!(code("1e300").is_ok(), "a float is a float");
    assert!(code(r#"{"18446744073709551616": "123456789012345678901234567890", "x": 1e30}"#).is_ok(), "not a number");
    assert_eq!(code("1e400"), Err("json"), "no double holds it");
    match Args::from_json(b"{\n  \"a\": [1,\n   123456789012345678901234567890]}", Numbers::Exact) {
        Err(Error::Invalid(invalid)) => assert_eq!(invalid.position, Some((3, 4))),
        other => panic!("{other:?}"),
    }
}

#[test]
fn lossy_numbers_are_rounded_as_javascript_would() {
    let lossy = |json: &str| serde_json::to_value(Args::from_json(json.as_bytes(), Numbers::Lossy).unwrap()).unwrap();
    assert_eq!(lossy("9007199254740993"), json!([9007199254740992.0]));
    assert_eq!(lossy("123456789012345678901234567890"), json!([1.2345678901234568e29]));
    let typed = Args::with_numbers(&(u64::MAX, i128::MIN), Numbers::Lossy).unwrap();
    assert_eq!(serde_json::to_value(typed).unwrap(), json!([u64::MAX as f64, i128::MIN as f64]));
}

#[test]
fn raw_json_is_transcoded_as_it_stands() {
    let raw = RawValue::from_string(r#"{"z": 1, "a": {"$binary": "AQ=="}, "n": 1.50}"#.to_owned()).unwrap();
    let args = Args::new(&("x", &raw)).unwrap();
    assert!(!args.has_binary(), "raw JSON has no escapes");
    let text = serde_json::to_string(&args).unwrap();
    assert_eq!(text, r#"["x",{"z":1,"a":{"$escape":{"$binary":"AQ=="}},"n":1.5}]"#);
    let raw = RawValue::from_string("[9007199254740993]".to_owned()).unwrap();
    assert_eq!(Args::new(&raw).unwrap_err().code(), "unsafe-integer");
}

#[test]
fn escapes_are_read_and_written() {
    let read = |json: &str| Args::from_json(json.as_bytes(), Numbers::Exact);
    assert_eq!(read(r#"{"$binary": "AQL/"}"#).unwrap(), Args::new(&Binary([1, 2, 255])).unwrap());
    assert_eq!(read(r#"[{"$binary": ""}]"#).unwrap(), Args::new(&vec![Binary("")]).unwrap());
    assert_eq!(
        read(r#"{"$binary": "AQ==", "x": 1}"#).unwrap(),
        Args::new(&json!({"$binary": "AQ==", "x": 1})).unwrap()
    );
    assert_eq!(read(r#"{"$escape": {"$binary": "AQ=="}}"#).unwrap(), Args::new(&json!({"$binary": "AQ=="})).unwrap());
    assert_eq!(read(r#"{"$escape": {"$escape": 1}}"#).unwrap(), Args::new(&json!({"$escape": 1})).unwrap());
    let inner = read(r#"{"$escape": {"$binary": {"$binary": "AQ=="}}}"#).unwrap();
    assert!(inner.has_binary(), "escapes are read again further in");
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
    fn what_is_written_is_read_back_the_same(value in any_json()) {
        let args = Args::new(&(value,)).unwrap();
        let text = serde_json::to_string(&args).unwrap();
        let back: Args = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(back, args);
    }

    #[test]
    fn text_without_escapes_is_packed_as_the_tree_would_be(value in any_json()) {
        let raw = RawValue::from_string(value.to_string()).unwrap();
        prop_assert_eq!(Args::new(&(raw,)).unwrap(), Args::new(&(value,)).unwrap());
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        let _ = Args::from_json(text.as_bytes(), Numbers::Exact);
    }
}
