use std::{ops::Deref, sync::Arc};

use socketio_emitter::Emitter;
use tokio::sync::Semaphore;

use crate::{config::Config, metrics::BridgeMetrics};

/// Taps that may be open at once. Each has its own connections to Redis.
pub(crate) const MAX_TAPS: usize = 16;

/// The state that all routes share.
#[derive(Debug, Clone)]
pub(crate) struct BridgeState(Arc<BridgeStateInner>);

#[derive(Debug)]
pub(crate) struct BridgeStateInner {
    pub(crate) emitter: Emitter,
    pub(crate) config: Config,
    /// One permit for each tap that may be opened.
    pub(crate) taps: Arc<Semaphore>,
    pub(crate) metrics: BridgeMetrics,
}

impl BridgeState {
    pub(crate) fn new(emitter: Emitter, config: Config) -> Self {
        let taps = Arc::new(Semaphore::new(MAX_TAPS));
        Self(Arc::new(BridgeStateInner { emitter, config, taps, metrics: BridgeMetrics::new() }))
    }
}

impl Deref for BridgeState {
    type Target = BridgeStateInner;

    fn deref(&self) -> &BridgeStateInner {
        &self.0
    }
}
