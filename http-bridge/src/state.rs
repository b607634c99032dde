use std::{ops::Deref, sync::Arc};

use socketio_emitter::Emitter;
use tokio::sync::Semaphore;

use crate::{config::Config, metrics::BridgeMetrics};

/// Taps that may be open at once. Each has its own connections to Redis.
pub(crate) const MAX_TAPS: usize = 16;

/// The state that all routes share.
#[derive(Debug, Clone)]
pub(crate) struct BridgeState(Arc<SharedState>);

#[derive(Debug)]
pub(crate) struct SharedState {
    pub(crate) emitter: Emitter,
    pub(crate) config: Config,
    /// One permit for each tap that may be opened.
    pub(crate) taps: Arc<Semaphore>,
    pub(crate) metrics: BridgeMetrics,
}

impl BridgeState {
    pub(crate) fn new(emitter: Emitter, config: Config) -> Self {
        let taps = Arc::new(Semaphore::new(MAX_TAPS));
        Self(Arc::new(SharedState { emitter, config, taps, metrics: BridgeMetrics::new() }))
    }
}

impl Deref for BridgeState {
    type Target = SharedState;

    fn deref(&self) -> &SharedState {
        &self.0
    }
}
