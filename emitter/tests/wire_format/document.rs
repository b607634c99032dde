//! The examples in the document.

const DOCUMENT: &str = include_str!("../../docs/wire-format.md");

/// An example: in a fenced block of `text`, the name of what was captured, and what that is.
///
/// A line that starts with two spaces goes on with the line before it. The last one, after a `=`, says in JSON what it
/// means. A blank line separates two examples.
#[derive(Clone)]
pub(crate) struct Example {
    pub(crate) name: String,
    pub(crate) lines: Vec<String>,
    pub(crate) meaning: String,
}

/// Every fenced block is one of examples: there is no other way to show bytes.
pub(crate) fn examples() -> Vec<Example> {
    let mut examples = Vec::new();
    let mut lines = DOCUMENT.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            assert_eq!(line, "```text", "a block that is not of examples");
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            examples.extend(block.split(|line| line.is_empty()).map(example));
        }
    }
    examples
}

fn example(block: &[&str]) -> Example {
    let [name, rest @ ..] = block else { panic!("an example of no lines") };
    let mut lines: Vec<String> = Vec::new();
    for line in rest {
        match (line.strip_prefix("  "), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ => lines.push((*line).to_owned()),
        }
    }
    let last = lines.pop().unwrap_or_default();
    let meaning = last.strip_prefix("= ").unwrap_or_else(|| panic!("{name} does not say what it means"));
    Example { name: (*name).to_owned(), meaning: meaning.to_owned(), lines }
}
