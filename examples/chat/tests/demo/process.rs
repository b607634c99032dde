//! Exit codes and error messages.

use std::process::Command;

use futures_util::StreamExt;
use serde_json::json;
use tokio::time::timeout;

use crate::{
    demo_process::DemoProcess,
    engine_io_client::{EngineIoClient, TEST_TIMEOUT},
};

#[cfg(unix)]
#[tokio::test]
async fn sigterm_closes_all_connections_and_exits_0() {
    let demo = DemoProcess::start();
    let mut ada = EngineIoClient::connect(&demo.nodes[0], json!({"name": "Ada"})).await;
    let exit_code = tokio::task::spawn_blocking(|| demo.terminate());
    while let Some(Ok(_)) = timeout(TEST_TIMEOUT, ada.socket.next()).await.unwrap() {}
    assert_eq!(exit_code.await.unwrap(), Some(0));
}

#[test]
fn failures_name_their_cause_and_no_password() {
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_chat")).args(args).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, stderr) = run(&["--redis", "redis://:secret@127.0.0.1:1", "--ports", "0", "--bridge-port", "0"]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("cannot reach Redis") && !stderr.contains("secret"), "{stderr}");
    assert_eq!(run(&["--ports", "many"]).0, Some(2));

    let used = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = used.local_addr().unwrap().to_string();
    let (code, stderr) = run(&["node", "--redis", "redis://127.0.0.1:1", "--listen", &address]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains(&format!("cannot listen on {address}")), "{stderr}");
}
