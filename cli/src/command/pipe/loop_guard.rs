//! Prevents loops: tapped messages are not sent to where the same tap would receive them again.

use std::task::{Context, Poll, ready};

use futures_util::{FutureExt, future::BoxFuture};
use socketio_emitter::{Emitter, Error, tap::TapOrigin};

use crate::cli_error::CliError;

/// The number of permitted taps that are remembered; inputs usually come from one tap.
const MAX_REMEMBERED: usize = 16;

const LOOP_ERROR: &str = "\
these messages would loop: the tap that wrote them listens on the same Redis, prefix and adapter, and would receive them \
again; send to another Redis (--url) or --prefix, or use different --adapter options for tap and pipe. To replay a recording \
on its own Redis, remove the origin: jq -c 'del(.seen)'";

/// Remembers which taps do not receive what is sent here.
#[derive(Default)]
pub(super) struct LoopGuard {
    permitted: Vec<TapOrigin>,
    check: Option<BoxFuture<'static, Result<bool, Error>>>,
    disabled: bool,
}

impl LoopGuard {
    /// A guard that permits every tap.
    pub(super) fn disabled() -> Self {
        Self { disabled: true, ..Self::default() }
    }

    /// Returns true if messages of this tap may be sent. If not, [`poll_check`](Self::poll_check) has to check it.
    pub(super) fn permits(&self, origin: &TapOrigin) -> bool {
        self.disabled || self.permitted.contains(origin)
    }

    /// Asks Redis whether messages of this tap may be sent.
    ///
    /// # Errors
    /// If they would loop, or Redis does not answer.
    pub(super) fn poll_check(
        &mut self,
        origin: &TapOrigin,
        emitter: &Emitter,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), CliError>> {
        let check = self.check.get_or_insert_with(|| {
            let (origin, emitter) = (origin.clone(), emitter.clone());
            async move { emitter.is_tapped_by(&origin).await }.boxed()
        });
        let receives = ready!(check.poll_unpin(cx));
        self.check = None;
        Poll::Ready(match receives {
            Ok(false) => {
                self.permitted.truncate(MAX_REMEMBERED - 1);
                self.permitted.push(origin.clone());
                Ok(())
            }
            Ok(true) => Err(CliError::usage(LOOP_ERROR)),
            Err(error) => Err(error.into()),
        })
    }
}
