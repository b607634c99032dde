//! The report on messages that Redis accepted.

use serde::Serialize;
use socketio_emitter::{BatchReceipt, Message, Receipt, message::Action};

use crate::{cli_error::CliError, output::Output};

/// Names a message in reports.
pub(crate) struct SendReport {
    pub(crate) event: String,
    namespace: String,
}

/// What Redis accepted, and how many servers it counted. This is the JSON that is printed.
#[derive(Debug, Serialize)]
pub(crate) struct SendReceipt {
    adapter: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<u64>,
    /// `None` if Redis did not permit counting.
    pub(crate) servers: Option<u64>,
}

impl From<Receipt> for SendReceipt {
    fn from(receipt: Receipt) -> Self {
        Self { adapter: receipt.adapter, messages: None, servers: receipt.servers }
    }
}

impl From<BatchReceipt> for SendReceipt {
    fn from(receipt: BatchReceipt) -> Self {
        Self { adapter: receipt.adapter, messages: Some(receipt.messages), servers: receipt.servers }
    }
}

impl SendReceipt {
    /// Adds an earlier receipt: the sum of the messages, the minimum of the servers.
    pub(crate) fn merge(self, earlier: Option<Self>) -> Self {
        let Some(earlier) = earlier else { return self };
        let messages = self.messages.unwrap_or(1) + earlier.messages.unwrap_or(1);
        let servers = self.servers.into_iter().chain(earlier.servers).min();
        Self { messages: Some(messages), servers, ..self }
    }
}

impl SendReport {
    pub(crate) fn for_message(message: &Message) -> Self {
        let event = match &message.action {
            Action::Emit { event, .. } | Action::ServerEmit { event, .. } => event.clone(),
            _ => message.name().to_owned(),
        };
        Self { event, namespace: message.target.namespace.clone() }
    }

    /// Prints the receipt, with a warning if Redis counted zero servers.
    pub(crate) fn print(&self, receipt: &SendReceipt, output: Output) -> Result<(), CliError> {
        if receipt.servers == Some(0) {
            output.warn(&self.no_servers_warning(receipt));
        }
        match output.is_json() {
            true => output.json_line(receipt),
            false => {
                output.note(&self.summary(receipt));
                Ok(())
            }
        }
    }

    /// One line about the message and its servers: `time → 2 servers (classic)`.
    pub(crate) fn summary(&self, receipt: &SendReceipt) -> String {
        let times = receipt.messages.map(|messages| format!("{messages} × ")).unwrap_or_default();
        let servers = format_servers(receipt.servers);
        format!("{times}{} → {servers} ({})", self.event, receipt.adapter)
    }

    pub(crate) fn no_servers_warning(&self, receipt: &SendReceipt) -> String {
        no_servers_warning(receipt.adapter, &format!("namespace {}", self.namespace))
    }
}

pub(crate) fn format_servers(servers: Option<u64>) -> String {
    match servers {
        Some(1) => "1 server".to_owned(),
        Some(servers) => format!("{servers} servers"),
        None => "unknown number of servers: Redis did not permit counting".to_owned(),
    }
}

/// The message if Redis counted zero servers; `place` names a namespace, or several.
pub(crate) fn no_servers_warning(adapter: &str, place: &str) -> String {
    format!(
        "zero servers: no {adapter} server on {place}; check the namespace, that the servers are connected to this \
         Redis, and --prefix, or run `sio doctor`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use socketio_emitter::Args;

    fn summary(messages: Option<u64>, servers: Option<u64>) -> String {
        let report = SendReport::for_message(&Message::emit("time", Args::default()));
        report.summary(&SendReceipt { adapter: "classic", messages, servers })
    }

    #[test]
    fn summary_names_event_servers_and_adapter() {
        assert_eq!(summary(None, Some(2)), "time → 2 servers (classic)");
        assert_eq!(summary(None, Some(1)), "time → 1 server (classic)");
        assert_eq!(summary(None, None), "time → unknown number of servers: Redis did not permit counting (classic)");
        assert_eq!(summary(Some(1000), Some(2)), "1000 × time → 2 servers (classic)");
    }

    #[test]
    fn merged_receipt_adds_messages_and_keeps_the_fewest_servers() {
        let [earlier, later] = [(None, Some(3)), (Some(9), Some(2))].map(|(messages, servers)| SendReceipt {
            adapter: "classic",
            messages,
            servers,
        });
        let merged = later.merge(Some(earlier));
        assert_eq!((merged.messages, merged.servers), (Some(10), Some(2)));
    }
}
