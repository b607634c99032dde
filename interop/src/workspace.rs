use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use escargot::CargoRun;

/// Environment variables that `sio` and the bridge read. A test sets those that it needs.
const CONFIGURATION_VARIABLES: [&str; 7] =
    ["SIO_URL", "REDIS_URL", "REDISCLI_AUTH", "SIO_ADAPTER", "SIO_BRIDGE_TOKEN", "SIO_BRIDGE_LISTEN", "RUST_LOG"];

/// The root folder of the workspace.
pub(crate) fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate has a parent folder").to_owned()
}

/// Builds a binary of the workspace once per process and returns a command that runs it without the configuration
/// variables of the caller's environment.
pub(crate) fn workspace_binary(built: &'static OnceLock<CargoRun>, package: &str, name: &str) -> Command {
    let run = built.get_or_init(|| {
        let build = escargot::CargoBuild::new().bin(name);
        // Tests use the features of the whole workspace, whose dependencies `cargo build --workspace` has already built.
        // Benchmarks measure the binary as it is installed.
        let build = if cfg!(debug_assertions) { build.arg("--workspace") } else { build.package(package).release() };
        build.run().unwrap_or_else(|error| panic!("{name} does not build: {error}"))
    });
    let mut command = run.command();
    for variable in CONFIGURATION_VARIABLES {
        command.env_remove(variable);
    }
    command
}
