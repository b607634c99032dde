//! `sio man`: prints or writes manual pages, generated from the help.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::{Args, Command};
use serde::Serialize;

use crate::{cli_args, cli_error::CliError, exit::Exit, output::Output, wrap::wrap};

const SHORT_HELP: &str = "\
Examples:
  sio man | man -l -
  sio man --out /usr/local/share/man/man1";

const LONG_HELP: &str = "\
Examples:
  Read the main page
    sio man | man -l -
  Install all pages: sio(1), and one per command, such as sio-emit(1)
    sio man --out /usr/local/share/man/man1";

/// The notes of a page keep their line breaks, so long lines are wrapped at this width.
const WIDTH: usize = 76;

/// Prints the manual page of sio, or writes the pages of all commands
#[derive(Args)]
#[command(after_help = SHORT_HELP, after_long_help = LONG_HELP)]
pub(crate) struct ManCommand {
    /// Write all pages to this directory; create it if needed
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl ManCommand {
    pub(crate) fn run(self, output: Output) -> Result<Exit, CliError> {
        let pages = pages().map_err(|error| CliError::failed(format!("cannot generate the manual pages: {error}")))?;
        match (&self.out, output.is_json()) {
            (Some(dir), _) => {
                let failed = |error: io::Error| CliError::failed(format!("cannot write to {}: {error}", dir.display()));
                write_pages(&pages, dir).map_err(failed)?;
                output.note(&format!("wrote {} pages to {}", pages.len(), dir.display()));
            }
            (None, true) => pages.iter().try_for_each(|page| output.json_line(page))?,
            (None, false) => output.bytes(pages.first().map_or(&[], |page| page.roff.as_bytes()))?,
        }
        Ok(Exit::Success)
    }
}

/// A manual page.
#[derive(Serialize)]
struct ManPage {
    /// The file name.
    file: String,
    roff: String,
}

/// All pages, the main page first.
fn pages() -> io::Result<Vec<ManPage>> {
    let mut main = cli_args::command();
    main.build();
    let commands: Vec<Command> = main.get_subcommands().cloned().collect();
    [main].into_iter().chain(commands).map(page).collect()
}

fn page(command: Command) -> io::Result<ManPage> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let notes = command.get_after_long_help().map(|notes| wrap_notes(&notes.to_string())).unwrap_or_default();
    let mut roff = Vec::new();
    let source = concat!("sio ", env!("CARGO_PKG_VERSION"));
    clap_mangen::Man::new(command.after_long_help(notes)).source(source).render(&mut roff)?;
    // `.nf` keeps the line breaks and columns of the help.
    let roff = String::from_utf8_lossy(&roff).replace(".SH EXTRA\n", ".SH NOTES\n.nf\n");
    Ok(ManPage { file: format!("{name}.1"), roff })
}

/// Wraps lines of prose at [`WIDTH`]. Lines with columns, which contain several spaces in a row, stay.
fn wrap_notes(notes: &str) -> String {
    let lines = notes.lines().flat_map(|line| {
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        let width = if text.contains("  ") { usize::MAX } else { WIDTH };
        wrap(line, width, indent)
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn write_pages(pages: &[ManPage], dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    pages.iter().try_for_each(|page| fs::write(dir.join(&page.file), &page.roff))
}
