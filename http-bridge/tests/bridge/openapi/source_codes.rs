use std::{collections::BTreeSet, fs, path::Path};

/// Calls whose first or second argument is a code.
const CALLS: [&str; 3] = ["Invalid::new(", "Fault::new(", ".refuse("];

/// The starts of code that returns codes from a match.
const MATCHES: [&str; 4] = ["fn code(", "pub(super) fn as_str(self)", "let code = match", "let (code, reason) = match"];

/// Collects the codes in the sources of a folder. Skips files and folders with the name `except`.
pub fn collect_codes(folder: &Path, except: &str, codes: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().is_some_and(|name| name == except) {
            continue;
        }
        if path.is_dir() {
            collect_codes(&path, except, codes);
            continue;
        }
        let source = fs::read_to_string(&path).unwrap().replace(r#"\""#, "");
        let source = source.split("#[cfg(test)]").next().unwrap();
        // Messages may hold commas too, but no message looks like a code.
        let first_two_arguments =
            |rest: &str| rest.split([';', ')']).next().unwrap().splitn(3, ',').take(2).collect::<Vec<_>>().join(",");
        let calls = CALLS.iter().flat_map(|start| source.split(start).skip(1)).map(first_two_arguments);
        let matches = MATCHES.iter().flat_map(|start| source.split(start).skip(1));
        let matches =
            matches.map(|rest| rest.split(";\n").next().unwrap().split("\n    }\n").next().unwrap().to_owned());
        for text in calls.chain(matches) {
            let literals = text.split('"').skip(1).step_by(2).filter(|literal| {
                !literal.is_empty() && literal.bytes().all(|byte| byte.is_ascii_lowercase() || b"-8".contains(&byte))
            });
            codes.extend(literals.map(str::to_owned));
        }
    }
}
