//! Where the lines come from.

use std::{
    fs::File,
    io::{self, IsTerminal, Read},
};

use crate::failure::Failure;

/// A file, or stdin.
pub(super) struct Input {
    pub(super) source: Box<dyn Read + Send>,
    /// Its name for people.
    pub(super) name: String,
    /// In bytes, where it has one.
    pub(super) size: Option<u64>,
    /// Somebody types it.
    pub(super) typed: bool,
}

impl Input {
    /// The file of this name; `-` is stdin.
    pub(super) fn open(file: &str) -> Result<Self, Failure> {
        if file == "-" {
            let stdin = io::stdin();
            let typed = stdin.is_terminal();
            return Ok(Self { source: Box::new(stdin), name: "stdin".to_owned(), size: None, typed });
        }
        let failed = |error| Failure::failed(format!("cannot read {file}: {error}"));
        let source = File::open(file).map_err(failed)?;
        let metadata = source.metadata().map_err(failed)?;
        let size = metadata.is_file().then_some(metadata.len());
        Ok(Self { source: Box::new(source), name: file.to_owned(), size, typed: false })
    }
}
