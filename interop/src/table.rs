use std::{collections::BTreeMap, fmt::Write, fs};

use crate::node::workspace;

/// A table that a test fills, cell by cell, and that is kept in the documentation.
#[derive(Debug)]
pub struct Table {
    name: &'static str,
    corner: &'static str,
    rows: Vec<String>,
    columns: Vec<String>,
    cells: BTreeMap<(String, String), String>,
}

impl Table {
    /// A table with these rows and columns, all cells missing.
    pub fn new<R, C>(name: &'static str, corner: &'static str, rows: R, columns: C) -> Self
    where
        R: IntoIterator<Item: Into<String>>,
        C: IntoIterator<Item: Into<String>>,
    {
        let rows = rows.into_iter().map(Into::into).collect();
        let columns = columns.into_iter().map(Into::into).collect();
        Self { name, corner, rows, columns, cells: BTreeMap::new() }
    }

    /// Fills a cell.
    ///
    /// # Panics
    /// If the table has no such cell, or it is filled already.
    pub fn set(&mut self, row: &str, column: &str, cell: impl Into<String>) {
        let known = self.rows.iter().any(|r| r == row) && self.columns.iter().any(|c| c == column);
        assert!(known, "the table {} has no cell {row:?} × {column:?}", self.name);
        let old = self.cells.insert((row.to_owned(), column.to_owned()), cell.into());
        assert!(old.is_none(), "the cell {row:?} × {column:?} is filled twice");
    }

    /// Compares the whole table with the one in `emitter/docs/tables`, or writes it there if `UPDATE_TABLES` is set.
    ///
    /// # Panics
    /// If a cell is missing, or the table in the documentation is another.
    pub fn finish(&self) {
        let text = self.markdown();
        let path = workspace().join("emitter/docs/tables").join(format!("{}.md", self.name));
        if std::env::var_os("UPDATE_TABLES").is_some() {
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("the folder can be made");
            fs::write(&path, &text).expect("the table can be written");
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        println!("{text}");
        assert_eq!(kept, text, "emitter/docs/tables/{}.md is out of date: set UPDATE_TABLES=1 to write it", self.name);
    }

    fn markdown(&self) -> String {
        let mut text = format!("| {} |", self.corner);
        self.columns.iter().for_each(|column| write!(text, " {column} |").expect("a string takes it"));
        text.push_str("\n|---|");
        self.columns.iter().for_each(|_| text.push_str("---|"));
        text.push('\n');
        for row in &self.rows {
            write!(text, "| {row} |").expect("a string takes it");
            for column in &self.columns {
                let cell = self.cells.get(&(row.clone(), column.clone()));
                let cell = cell.unwrap_or_else(|| panic!("the cell {row:?} × {column:?} is missing"));
                write!(text, " {cell} |").expect("a string takes it");
            }
            text.push('\n');
        }
        text
    }
}
