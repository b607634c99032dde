use std::{collections::BTreeMap, env, fmt::Write, fs};

use crate::workspace::workspace_root;

/// A Markdown table in `emitter/docs/tables` that a test fills cell by cell and compares with the file.
#[derive(Debug)]
pub struct DocTable {
    name: &'static str,
    corner: &'static str,
    rows: Vec<String>,
    columns: Vec<String>,
    cells: BTreeMap<(String, String), String>,
}

impl DocTable {
    /// Creates a table without cells. `corner` is the heading of the first column.
    pub fn new<R, C>(name: &'static str, corner: &'static str, rows: R, columns: C) -> Self
    where
        R: IntoIterator<Item: Into<String>>,
        C: IntoIterator<Item: Into<String>>,
    {
        let rows = rows.into_iter().map(Into::into).collect();
        let columns = columns.into_iter().map(Into::into).collect();
        Self { name, corner, rows, columns, cells: BTreeMap::new() }
    }

    /// Sets a cell.
    ///
    /// # Panics
    /// If the table has no such row or column, or if the cell is set already.
    pub fn set(&mut self, row: &str, column: &str, cell: impl Into<String>) {
        let known = self.rows.iter().any(|r| r == row) && self.columns.iter().any(|c| c == column);
        assert!(known, "the table {} has no cell {row:?} × {column:?}", self.name);
        let old = self.cells.insert((row.to_owned(), column.to_owned()), cell.into());
        assert!(old.is_none(), "the cell {row:?} × {column:?} is set twice");
    }

    /// Asserts that the file in `emitter/docs/tables` has the same text. Writes it first if `UPDATE_TABLES` is set.
    ///
    /// # Panics
    /// If a cell is missing or the text differs.
    pub fn check(&self) {
        let text = self.markdown();
        let path = workspace_root().join("emitter/docs/tables").join(format!("{}.md", self.name));
        if env::var_os("UPDATE_TABLES").is_some() {
            fs::write(&path, &text).expect("emitter/docs/tables is writable");
        }
        let saved = fs::read_to_string(&path).unwrap_or_default();
        println!("{text}");
        assert_eq!(saved, text, "emitter/docs/tables/{}.md is out of date: set UPDATE_TABLES=1 to write it", self.name);
    }

    fn markdown(&self) -> String {
        let mut text = format!("| {} |", self.corner);
        self.columns.iter().for_each(|column| write!(text, " {column} |").expect("writing to a string succeeds"));
        text.push_str("\n|---|");
        self.columns.iter().for_each(|_| text.push_str("---|"));
        text.push('\n');
        for row in &self.rows {
            write!(text, "| {row} |").expect("writing to a string succeeds");
            for column in &self.columns {
                let cell = self.cells.get(&(row.clone(), column.clone()));
                let cell = cell.unwrap_or_else(|| panic!("the cell {row:?} × {column:?} is missing"));
                write!(text, " {cell} |").expect("writing to a string succeeds");
            }
            text.push('\n');
        }
        text
    }
}
