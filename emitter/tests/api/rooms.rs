//! The rooms of `emitter/src` import in one direction, as ARCHITECTURE.md draws them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The single files above the rooms.
const FRONT_DOOR: [&str; 3] = ["broadcast_operator", "connect", "emitter"];

fn source_root() -> PathBuf {
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

/// The room of a file or module: `tap/queue.rs`, `tap.rs` and `tap` are in `tap`.
fn room(path: &str) -> String {
    let name = path.split('/').next().unwrap_or(path).trim_end_matches(".rs");
    if FRONT_DOOR.contains(&name) { "front door".to_owned() } else { name.to_owned() }
}

/// The first module of every `crate::` path in the code, in `use` groups and inline.
fn crate_modules(source: &str) -> BTreeSet<String> {
    let code: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut modules = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let (mut depth, mut expects_name) = (0, true);
        for (start, c) in rest.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' => {}
                c if c.is_whitespace() => continue,
                c if expects_name && is_name(c) => {
                    let name: String = rest[start..].chars().take_while(|c| is_name(*c)).collect();
                    modules.insert(name);
                }
                _ => {}
            }
            // In the outermost group, each name after the brace or a comma begins a path.
            expects_name = depth == 1 && (c == ',' || c == '{');
            if depth == 0 {
                break;
            }
        }
    }
    modules.retain(|name| name.starts_with(|c: char| c.is_lowercase()));
    modules
}

/// The rooms that each room imports from.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let (root, mut files) = (source_root(), Vec::new());
    source_files(&root, &mut files);
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in files.iter().filter(|path| !path.ends_with("lib.rs")) {
        let own = room(path.strip_prefix(&root).unwrap().to_str().unwrap());
        let modules = crate_modules(&fs::read_to_string(path).unwrap());
        let others = modules.iter().map(|module| room(module)).filter(|other| *other != own).collect::<Vec<_>>();
        imports.entry(own).or_default().extend(others);
    }
    imports
}

/// The table of rooms in ARCHITECTURE.md: each room with the rooms that it imports from, in order.
fn drawn() -> Vec<(String, BTreeSet<String>)> {
    let text = fs::read_to_string(source_root().join("../../ARCHITECTURE.md")).unwrap();
    let (_, table) = text.split_once("| room | imports from |").expect("the table of rooms");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').collect();
        let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        (names(cells[1]).remove(0), names(cells[2]).into_iter().collect())
    })
    .collect()
}

#[test]
fn rooms_import_from_the_rooms_above_them_as_drawn() {
    let imports = imports();
    let mut above = BTreeSet::new();
    for (room, expected) in drawn() {
        let actual = imports.get(&room).unwrap_or_else(|| panic!("there is no room {room}"));
        assert_eq!(*actual, expected, "imports of {room}: left is the code, right is ARCHITECTURE.md");
        assert!(actual.is_subset(&above), "{room} imports from a room below it: {actual:?}");
        above.insert(room);
    }
    assert_eq!(imports.into_keys().collect::<BTreeSet<_>>(), above, "every room is drawn");
}

#[test]
fn crate_modules_are_found_in_groups_and_inline() {
    let source = "use crate::{adapter::{Adapter, wire::Room}, base::Error};\nuse crate::connection;\n\
                  // crate::tap::X\nlet x = crate::message::Args::default();";
    assert_eq!(crate_modules(source), ["adapter", "base", "connection", "message"].map(str::to_owned).into());
}
