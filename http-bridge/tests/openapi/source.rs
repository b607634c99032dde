//! The codes in the sources.

use std::{collections::BTreeSet, fs, path::Path};

/// Where a code stands: it is the first or second thing in a call, or one of a match.
const CALLS: [&str; 5] = ["Invalid::new(", "Fault::new(", "Self::new(StatusCode::", "Problem::new(", ".refuse("];
const MATCHES: [&str; 4] = ["Self::parameters(", "fn code(", "let code = match", "let (code, reason) = match"];

/// Every code in the files of a folder, without one of them.
pub fn codes(folder: &Path, without: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().is_some_and(|name| name == without) {
            continue;
        }
        if path.is_dir() {
            codes(&path, without, found);
            continue;
        }
        let source = fs::read_to_string(&path).unwrap().replace(r#"\""#, "");
        let source = source.split("#[cfg(test)]").next().unwrap();
        let calls = CALLS.iter().flat_map(|start| source.split(start).skip(1));
        // Two things, of which the texts may have commas, too, but then they are no codes.
        let calls = calls
            .map(|rest| rest.split([';', ')']).next().unwrap().splitn(3, ',').take(2).collect::<Vec<_>>().join(","));
        let matches = MATCHES.iter().flat_map(|start| source.split(start).skip(1));
        let matches =
            matches.map(|rest| rest.split(";\n").next().unwrap().split("\n    }\n").next().unwrap().to_owned());
        for place in calls.chain(matches) {
            let texts = place.split('"').skip(1).step_by(2).filter(|text| {
                !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || b"-8".contains(&byte))
            });
            found.extend(texts.map(str::to_owned));
        }
    }
}
