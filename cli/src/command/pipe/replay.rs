//! What a tap heard, sent again: not to where the same tap would hear it again.

use std::task::{Context, Poll, ready};

use futures_util::{FutureExt, future::BoxFuture};
use socketio_emitter::{Emitter, Error, Origin};

use crate::failure::Failure;

/// So many taps are remembered; there is seldom more than one.
const KNOWN: usize = 16;

/// Which taps hear nothing of what is sent here.
#[derive(Default)]
pub(super) struct Replay {
    permitted: Vec<Origin>,
    checking: Option<BoxFuture<'static, Result<bool, Error>>>,
    unchecked: bool,
}

impl Replay {
    /// Any tap's lines are sent.
    pub(super) fn unchecked() -> Self {
        Self { unchecked: true, ..Self::default() }
    }

    /// True if lines of this tap may be sent.
    pub(super) fn permits(&self, origin: &Origin) -> bool {
        self.unchecked || self.permitted.contains(origin)
    }

    /// Asks Redis whether lines of this tap may be sent.
    ///
    /// # Errors
    /// If not, or where Redis does not answer.
    pub(super) fn poll_check(
        &mut self,
        origin: &Origin,
        emitter: &Emitter,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Failure>> {
        let checking = self.checking.get_or_insert_with(|| {
            let (origin, emitter) = (origin.clone(), emitter.clone());
            async move { origin.hears(&emitter).await }.boxed()
        });
        let hears = ready!(checking.poll_unpin(cx));
        self.checking = None;
        Poll::Ready(match hears {
            Ok(false) => {
                self.permitted.truncate(KNOWN - 1);
                self.permitted.push(origin.clone());
                Ok(())
            }
            Ok(true) => Err(Failure::usage(LOOP)),
            Err(error) => Err(error.into()),
        })
    }
}

const LOOP: &str = "\
this would go round and round: the tap that these lines come from listens on the same Redis, to the same prefix and \
adapter, and would hear them again; name another Redis (--url) or --prefix here, or one --adapter for the tap and \
another one here. To send a recording again to where it was made, take its origin out: jq -c 'del(.seen)'";
