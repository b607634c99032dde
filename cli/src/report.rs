//! What is said once a message was sent.

use serde::Serialize;
use socketio_emitter::{Action, BatchReceipt, Message, Receipt};

use crate::{failure::Failure, output::Output};

/// What a message is called when it is talked about.
pub(crate) struct Report {
    pub(crate) event: String,
    namespace: String,
}

/// What Redis took, and who was there.
#[derive(Debug, Serialize)]
pub(crate) struct Sent {
    adapter: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<u64>,
    /// `null` where Redis would not say.
    pub(crate) servers: Option<u64>,
}

impl From<Receipt> for Sent {
    fn from(receipt: Receipt) -> Self {
        Self { adapter: receipt.adapter, messages: None, servers: receipt.servers }
    }
}

impl From<BatchReceipt> for Sent {
    fn from(receipt: BatchReceipt) -> Self {
        Self { adapter: receipt.adapter, messages: Some(receipt.messages), servers: receipt.servers }
    }
}

impl Sent {
    /// Both together, with the fewest servers that were there.
    pub(crate) fn after(self, ahead: Option<Self>) -> Self {
        let Some(ahead) = ahead else { return self };
        let messages = self.messages.unwrap_or(1) + ahead.messages.unwrap_or(1);
        let servers = self.servers.into_iter().chain(ahead.servers).min();
        Self { messages: Some(messages), servers, ..self }
    }
}

impl Report {
    pub(crate) fn of(message: &Message) -> Self {
        let event = match &message.action {
            Action::Emit { event, .. } | Action::ServerEmit { event, .. } => event.clone(),
            _ => message.name().to_owned(),
        };
        Self { event, namespace: message.target.namespace.clone() }
    }

    /// Prints the receipt or says it, and warns where nobody was there.
    pub(crate) fn sent(&self, sent: &Sent, output: Output) -> Result<(), Failure> {
        if sent.servers == Some(0) {
            output.warn(&self.nobody(sent));
        }
        match output.is_json() {
            true => output.object(sent),
            false => {
                output.say(&self.words(sent));
                Ok(())
            }
        }
    }

    /// One line about who was there: `time → 2 servers (classic)`.
    pub(crate) fn words(&self, sent: &Sent) -> String {
        let times = sent.messages.map(|messages| format!("{messages} × ")).unwrap_or_default();
        let servers = servers(sent.servers);
        format!("{times}{} → {servers} ({})", self.event, sent.adapter)
    }

    /// What to look at where no server was there.
    pub(crate) fn nobody(&self, sent: &Sent) -> String {
        nobody(sent.adapter, &format!("namespace {}", self.namespace))
    }
}

/// How many servers were there.
pub(crate) fn servers(servers: Option<u64>) -> String {
    match servers {
        Some(1) => "1 server".to_owned(),
        Some(servers) => format!("{servers} servers"),
        None => "servers not known, Redis would not say".to_owned(),
    }
}

/// What to look at where no server was there.
pub(crate) fn nobody(adapter: &str, place: &str) -> String {
    format!(
        "nobody was there: no {adapter} server on {place}; \
         check that it exists, that servers are up on this Redis, and their --prefix, or ask `sio doctor`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use socketio_emitter::Args;

    fn words(messages: Option<u64>, servers: Option<u64>) -> String {
        Report::of(&Message::emit("time", Args::default())).words(&Sent { adapter: "classic", messages, servers })
    }

    #[test]
    fn one_line_says_who_was_there() {
        assert_eq!(words(None, Some(2)), "time → 2 servers (classic)");
        assert_eq!(words(None, Some(1)), "time → 1 server (classic)");
        assert_eq!(words(None, None), "time → servers not known, Redis would not say (classic)");
        assert_eq!(words(Some(1000), Some(2)), "1000 × time → 2 servers (classic)");
    }

    #[test]
    fn what_went_ahead_counts() {
        let [ahead, rest] = [(None, Some(3)), (Some(9), Some(2))].map(|(messages, servers)| Sent {
            adapter: "classic",
            messages,
            servers,
        });
        let sent = rest.after(Some(ahead));
        assert_eq!((sent.messages, sent.servers), (Some(10), Some(2)));
    }
}
