//! The rooms of `emitter/src` import in one direction, as ARCHITECTURE.md draws them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The single files above the rooms.
const FRONT_DOOR: [&str; 3] = ["broadcast_operator", "connect", "emitter"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn source_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => source_files(&path, found),
            false => found.push(path),
        }
    }
}

/// The room of a file: `src/tap/queue.rs` and `src/tap.rs` are in `tap`.
fn room_of(path: &Path) -> String {
    let relative = path.strip_prefix(root()).unwrap();
    relative.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

/// The room of every `crate::room` in the code, and whether the path goes through a submodule of that room.
fn crate_paths(source: &str) -> Vec<(String, bool)> {
    let code: String =
        source.lines().filter(|line| !line.trim_start().starts_with("//")).map(|l| format!("{l}\n")).collect();
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut paths = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let trees = match rest.strip_prefix('{') {
            Some(group) => split_group(group),
            None => vec![rest],
        };
        for tree in trees {
            let tree = tree.trim_start();
            let (room, rest) = tree.split_at(tree.find(|c| !is_name(c)).unwrap_or(tree.len()));
            let into_submodule = rest.strip_prefix("::").is_some_and(|rest| {
                let is_module = |name: &str| {
                    name.starts_with(|c: char| c.is_lowercase()) && {
                        let end = name.find(|c| !is_name(c)).unwrap_or(name.len());
                        name[end..].starts_with("::")
                    }
                };
                match rest.strip_prefix('{') {
                    Some(group) => split_group(group).into_iter().any(|item| is_module(item.trim_start())),
                    None => is_module(rest),
                }
            });
            if room.starts_with(|c: char| c.is_lowercase()) {
                paths.push((room.to_owned(), into_submodule));
            }
        }
    }
    paths
}

/// The items of a `use` group, up to its closing brace.
fn split_group(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut items) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                items.push(&group[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items.retain(|item| !item.trim().is_empty());
    items
}

/// The rooms that each room imports from.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let mut files = Vec::new();
    source_files(&root(), &mut files);
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in files {
        let room = room_of(&path);
        if room == "lib" {
            continue;
        }
        let room = if FRONT_DOOR.contains(&room.as_str()) { "front door".to_owned() } else { room };
        let imported = imports.entry(room.clone()).or_default();
        for (other, into_submodule) in crate_paths(&fs::read_to_string(&path).unwrap()) {
            let other = if FRONT_DOOR.contains(&other.as_str()) { "front door".to_owned() } else { other };
            if other == room {
                continue;
            }
            // `base::blocking` exists with one feature only; `request` publishes items of `adapter` under its own name.
            let is_exempt = other == "base" || path.ends_with("src/request.rs");
            assert!(!into_submodule || is_exempt, "{} imports from a submodule of {other}", path.display());
            imported.insert(other);
        }
    }
    imports
}

/// The table of rooms in ARCHITECTURE.md: each room with the rooms that it imports from, in order.
fn drawn() -> Vec<(String, BTreeSet<String>)> {
    let text = fs::read_to_string(root().join("../../ARCHITECTURE.md")).unwrap();
    let (_, table) = text.split_once("| room | imports from |").expect("the table of rooms");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        (names(cells[0]).remove(0), names(cells[1]).into_iter().collect())
    })
    .collect()
}

#[test]
fn rooms_import_from_the_rooms_above_them_as_drawn() {
    let imports = imports();
    let drawn = drawn();
    let mut above = BTreeSet::new();
    for (room, expected) in &drawn {
        let actual = imports.get(room).unwrap_or_else(|| panic!("there is no room {room}"));
        assert_eq!(actual, expected, "imports of {room}: left is the code, right is ARCHITECTURE.md");
        assert!(actual.is_subset(&above), "{room} imports from a room below it");
        above.insert(room.clone());
    }
    assert_eq!(imports.into_keys().collect::<BTreeSet<_>>(), above, "every room is drawn");
}

#[test]
fn crate_paths_are_found_in_groups_and_inline() {
    let source = "use crate::{adapter::{Adapter, wire::Room}, base::Error};\n// crate::tap::X\nlet x = crate::message::Args::default();";
    let expected = [("adapter", true), ("base", false), ("message", false)];
    assert_eq!(crate_paths(source), expected.map(|(room, inside)| (room.to_owned(), inside)));
}
