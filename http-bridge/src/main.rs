//! The `sio-bridge` program.

use std::{
    env,
    io::{self, Write},
    process::ExitCode,
};

use socketio_bridge::{BridgeArgs, Config, app, serve, shutdown_signal, start_logging};
use socketio_emitter::Emitter;
use tokio::net::TcpListener;

fn main() -> ExitCode {
    let settings = BridgeArgs::read(env::args_os()).and_then(|args| {
        let config = args.config()?;
        let emitter = args.emitter()?;
        Ok((args, emitter, config))
    });
    let (args, emitter, config) = settings.unwrap_or_else(|error| error.exit());
    start_logging(args.verbose);
    match run(&args, emitter, config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(args: &BridgeArgs, emitter: Emitter, config: Config) -> io::Result<()> {
    let shutdown = shutdown_signal()?;
    let address = args.listen();
    let listener = TcpListener::bind(address).await.map_err(|error| {
        io::Error::new(error.kind(), format!("cannot listen on {address}: {error}; choose another --listen"))
    })?;
    // A closed stdout is no reason to stop.
    let _ = writeln!(io::stdout(), "listening on http://{}", listener.local_addr()?);
    serve(listener, app(emitter, config), shutdown, args.grace()).await;
    Ok(())
}
