//! `sio man`: the manual, made of the help.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::{Args, Command, CommandFactory};
use serde::Serialize;

use crate::{args::Cli, exit::Exit, failure::Failure, help, output::Output};

const HELP: &str = "\
Examples:
  Read the main page
    sio man | man -l -
  Install all pages, sio(1) and one a command such as sio-emit(1)
    sio man --out /usr/local/share/man/man1";

/// Prints the manual page, or writes the pages of all commands
#[derive(Args)]
#[command(after_help = help::more("man"), after_long_help = HELP)]
pub(crate) struct Man {
    /// Write a page a command into this directory, which is made if need be
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// A page of the manual.
#[derive(Serialize)]
struct Page {
    /// The name of its file.
    file: String,
    roff: String,
}

impl Man {
    pub(crate) fn run(self, output: Output) -> Result<Exit, Failure> {
        let pages = pages().map_err(|error| Failure::failed(format!("cannot make the manual: {error}")))?;
        match (&self.out, output.is_json()) {
            (Some(dir), _) => {
                let failed =
                    |error: io::Error| Failure::failed(format!("cannot write into {}: {error}", dir.display()));
                write(&pages, dir).map_err(failed)?;
                output.say(&format!("{} pages in {}", pages.len(), dir.display()));
            }
            (None, true) => pages.iter().try_for_each(|page| output.object(page))?,
            (None, false) => output.bytes(pages.first().map_or(&[], |page| page.roff.as_bytes()))?,
        }
        Ok(Exit::Done)
    }
}

/// All pages, the main one first.
fn pages() -> io::Result<Vec<Page>> {
    let mut main = Cli::command();
    main.build();
    let commands: Vec<Command> = main.get_subcommands().cloned().collect();
    [main].into_iter().chain(commands).map(page).collect()
}

fn page(command: Command) -> io::Result<Page> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let mut roff = Vec::new();
    let source = concat!("sio ", env!("CARGO_PKG_VERSION"));
    clap_mangen::Man::new(command).source(source).render(&mut roff)?;
    // What stands below the help has its own line breaks and columns.
    let roff = String::from_utf8_lossy(&roff).replace(".SH EXTRA\n", ".SH NOTES\n.nf\n");
    Ok(Page { file: format!("{name}.1"), roff })
}

fn write(pages: &[Page], dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    pages.iter().try_for_each(|page| fs::write(dir.join(&page.file), &page.roff))
}
