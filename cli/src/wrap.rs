//! Wraps text that clap does not wrap.

/// Breaks a line between words so that no line is longer than `width` characters, where possible. Lines after the
/// first begin with `indent`.
pub(crate) fn wrap(text: &str, width: usize, indent: &str) -> Vec<String> {
    let start = text.len() - text.trim_start().len();
    let (mut lines, mut line) = (Vec::new(), text[..start].to_owned());
    let mut is_empty = true;
    for word in text[start..].split(' ') {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::replace(&mut line, indent.to_owned()));
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_break_between_words() {
        let text = format!("  do    {}", "word ".repeat(30).trim_end());
        let lines = wrap(&text, 96, "        ");
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.chars().count() <= 96));
        assert!(lines[1].starts_with("        word"));
        assert_eq!(wrap("short", 96, "  "), ["short"]);
    }
}
