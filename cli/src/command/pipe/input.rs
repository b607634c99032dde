//! The input of `sio pipe`.

use std::{
    fs::File,
    io::{self, IsTerminal, Read},
};

use crate::cli_error::CliError;

/// A file or stdin.
pub(super) struct PipeInput {
    pub(super) source: Box<dyn Read + Send>,
    /// The name for messages.
    pub(super) name: String,
    /// The size in bytes, if it is a regular file.
    pub(super) size: Option<u64>,
    /// Stdin is a terminal.
    pub(super) interactive: bool,
}

impl PipeInput {
    /// Opens a file; `-` is stdin.
    pub(super) fn open(file: &str) -> Result<Self, CliError> {
        if file == "-" {
            let stdin = io::stdin();
            let interactive = stdin.is_terminal();
            return Ok(Self { source: Box::new(stdin), name: "stdin".to_owned(), size: None, interactive });
        }
        let failed = |error| CliError::failed(format!("cannot read {file}: {error}"));
        let source = File::open(file).map_err(failed)?;
        let metadata = source.metadata().map_err(failed)?;
        let size = metadata.is_file().then_some(metadata.len());
        Ok(Self { source: Box::new(source), name: file.to_owned(), size, interactive: false })
    }
}
