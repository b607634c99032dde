const DOCUMENT: &str = include_str!("../../../docs/wire-format.md");

/// An example in a fenced block of the language `text`. A blank line separates two examples.
#[derive(Clone)]
pub(crate) struct SpecExample {
    /// The first line: the title of the capture.
    pub(crate) title: String,
    /// The command and the payload. A line that starts with two spaces continues the previous line.
    pub(crate) lines: Vec<String>,
    /// The decoded message in JSON, from the last line, which starts with `=`.
    pub(crate) meaning: String,
}

/// All examples of the document. Every fenced block must consist of examples.
pub(crate) fn examples() -> Vec<SpecExample> {
    let mut examples = Vec::new();
    let mut lines = DOCUMENT.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            assert_eq!(line, "```text", "a fenced block of examples has the language `text`");
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            examples.extend(block.split(|line| line.is_empty()).map(parse_example));
        }
    }
    examples
}

fn parse_example(block: &[&str]) -> SpecExample {
    let [title, rest @ ..] = block else { panic!("an example has at least one line") };
    let mut lines: Vec<String> = Vec::new();
    for line in rest {
        match (line.strip_prefix("  "), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ => lines.push((*line).to_owned()),
        }
    }
    let last = lines.pop().unwrap_or_default();
    let meaning = last.strip_prefix("= ").unwrap_or_else(|| panic!("{title} has no line that starts with `=`"));
    SpecExample { title: (*title).to_owned(), meaning: meaning.to_owned(), lines }
}
