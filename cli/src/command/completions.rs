//! `sio completions`: prints a completion script for a shell.

use clap::Args;
use clap_complete::Shell;
use serde::Serialize;

use crate::{cli_args, cli_error::CliError, exit::Exit, output::Output};

const SHORT_HELP: &str = "\
Examples:
  sio completions bash > ~/.local/share/bash-completion/completions/sio
  sio completions zsh > ~/.zfunc/_sio";

const LONG_HELP: &str = "\
Examples:
  bash, for all users or for one
    sio completions bash > /etc/bash_completion.d/sio
    sio completions bash > ~/.local/share/bash-completion/completions/sio
  zsh, into a directory of $fpath
    sio completions zsh > ~/.zfunc/_sio
  fish
    sio completions fish > ~/.config/fish/completions/sio.fish
  PowerShell, in the profile
    sio completions powershell | Out-String | Invoke-Expression
  elvish, in rc.elv
    eval (sio completions elvish | slurp)";

/// Prints a completion script for a shell
#[derive(Args)]
#[command(after_help = SHORT_HELP, after_long_help = LONG_HELP)]
pub(crate) struct CompletionsCommand {
    /// Shell to complete in
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

impl CompletionsCommand {
    pub(crate) fn run(self, output: Output) -> Result<Exit, CliError> {
        #[derive(Serialize)]
        struct CompletionScript {
            shell: String,
            script: String,
        }
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut cli_args::command(), "sio", &mut script);
        match output.is_json() {
            true => {
                let script = String::from_utf8_lossy(&script).into_owned();
                output.json_line(&CompletionScript { shell: self.shell.to_string(), script })?;
            }
            false => output.bytes(&script)?,
        }
        Ok(Exit::Success)
    }
}
