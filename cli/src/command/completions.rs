//! `sio completions`: what a shell needs to complete `sio`'s words.

use clap::{Args, CommandFactory};
use clap_complete::Shell;
use serde::Serialize;

use crate::{args::Cli, exit::Exit, failure::Failure, help, output::Output};

const HELP: &str = "\
Examples:
  bash, for all users or for one
    sio completions bash > /etc/bash_completion.d/sio
    sio completions bash > ~/.local/share/bash-completion/completions/sio
  zsh, into a directory of $fpath
    sio completions zsh > ~/.zfunc/_sio
  fish
    sio completions fish > ~/.config/fish/completions/sio.fish
  PowerShell, from the profile
    sio completions powershell | Out-String | Invoke-Expression
  elvish, from rc.elv
    eval (sio completions elvish | slurp)";

/// Prints a script that completes the words of sio in a shell
#[derive(Args)]
#[command(after_help = help::more("completions"), after_long_help = HELP)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self, output: Output) -> Result<Exit, Failure> {
        #[derive(Serialize)]
        struct Line {
            shell: String,
            script: String,
        }
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "sio", &mut script);
        match output.is_json() {
            true => {
                let script = String::from_utf8_lossy(&script).into_owned();
                output.object(&Line { shell: self.shell.to_string(), script })?;
            }
            false => output.bytes(&script)?,
        }
        Ok(Exit::Done)
    }
}
