//! The bridge as a program: the command line, the listener and the end.

use std::{
    env,
    io::{self, Write},
    process::ExitCode,
};

use socketio_bridge::{Args, Config, app, serve, start_logs, stop};
use socketio_emitter::Emitter;
use tokio::net::TcpListener;

fn main() -> ExitCode {
    let settings = Args::read(env::args_os()).and_then(|args| {
        let config = args.config()?;
        let emitter = args.emitter()?;
        Ok((args, emitter, config))
    });
    let (args, emitter, config) = settings.unwrap_or_else(|error| error.exit());
    start_logs(args.verbose);
    match run(&args, emitter, config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(args: &Args, emitter: Emitter, config: Config) -> io::Result<()> {
    let stop = stop()?;
    let address = args.listen();
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| io::Error::new(error.kind(), format!("cannot listen on {address}: {error}")))?;
    // Nobody may be reading, which is no reason to stop.
    let _ = writeln!(io::stdout(), "listening on http://{}", listener.local_addr()?);
    serve(listener, app(emitter, config), stop, args.grace()).await;
    Ok(())
}
