//! A cached value that one caller at a time looks up again.

use std::{
    sync::{Mutex as SyncMutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Mutex, time::Instant};

/// A cached value with an age.
///
/// | state | [`get`](Self::get) |
/// |---|---|
/// | younger than `max_age` | returns the value |
/// | older | the first caller looks it up; concurrent callers get the old value |
/// | [invalidated](Self::invalidate), or never looked up | the first caller looks it up; concurrent callers wait for its result |
///
/// A lookup that is dropped (its caller was cancelled or ran out of time) leaves the value as it was, and the next
/// caller looks it up. A lookup that invalidates the value it was given makes concurrent callers wait from then on.
#[derive(Debug)]
pub(crate) struct Refresh<T> {
    max_age: Duration,
    cached: SyncMutex<Option<Cached<T>>>,
    /// Held while one caller looks the value up.
    lookup: Mutex<()>,
}

#[derive(Debug, Clone)]
struct Cached<T> {
    value: T,
    since: Instant,
    valid: bool,
}

/// A cached value and how long ago it was looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Aged<T> {
    pub(crate) value: T,
    pub(crate) age: Duration,
    /// False once the value was [invalidated](Refresh::invalidate).
    pub(crate) valid: bool,
}

/// The outcome of a lookup.
#[derive(Debug)]
pub(crate) enum Lookup<T> {
    /// The value was looked up.
    Found(T),
    /// The cached value, which the lookup could neither confirm nor replace. It counts as looked up now, and stays
    /// invalid if it was invalidated.
    Kept(T),
}

impl<T: Clone> Refresh<T> {
    pub(crate) fn new(max_age: Duration) -> Self {
        Self { max_age, cached: SyncMutex::new(None), lookup: Mutex::new(()) }
    }

    /// The cached value, whatever its age and state.
    pub(crate) fn peek(&self) -> Option<Aged<T>> {
        self.cached().as_ref().map(Cached::aged)
    }

    /// The cached value, if [`get`](Self::get) would return it without a lookup.
    pub(crate) fn fresh(&self) -> Option<T> {
        self.cached().as_ref().filter(|cached| self.is_fresh(cached)).map(|cached| cached.value.clone())
    }

    /// The value; `lookup` runs if the cached one cannot be used, and gets it as its argument.
    ///
    /// # Errors
    /// Those of `lookup`. They leave the cached value as it was.
    pub(crate) async fn get<E>(&self, lookup: impl AsyncFnOnce(Option<Aged<T>>) -> Result<T, E>) -> Result<T, E> {
        self.get_or_keep(async |before| lookup(before).await.map(Lookup::Found)).await
    }

    /// As [`get`](Self::get), for a lookup that may keep the cached value.
    ///
    /// # Errors
    /// Those of `lookup`. They leave the cached value as it was.
    pub(crate) async fn get_or_keep<E>(
        &self,
        lookup: impl AsyncFnOnce(Option<Aged<T>>) -> Result<Lookup<T>, E>,
    ) -> Result<T, E> {
        let stale = match &*self.cached() {
            Some(cached) if self.is_fresh(cached) => return Ok(cached.value.clone()),
            Some(cached) if cached.valid => Some(cached.value.clone()),
            _ => None,
        };
        let _guard = match (self.lookup.try_lock(), stale) {
            (Ok(guard), _) => guard,
            (Err(_), Some(stale)) => return Ok(stale),
            (Err(_), None) => self.lookup.lock().await,
        };
        // Another caller may have finished its lookup in the meantime.
        let before = match &*self.cached() {
            Some(cached) if self.is_fresh(cached) => return Ok(cached.value.clone()),
            cached => cached.as_ref().map(Cached::aged),
        };
        let (value, is_new) = match lookup(before).await? {
            Lookup::Found(value) => (value, true),
            Lookup::Kept(value) => (value, false),
        };
        let mut cached = self.cached();
        let valid = is_new || cached.as_ref().is_none_or(|cached| cached.valid);
        *cached = Some(Cached { value: value.clone(), since: Instant::now(), valid });
        Ok(value)
    }

    /// Has the next caller look the value up before anybody uses it again.
    pub(crate) fn invalidate(&self) {
        self.invalidate_if(|_| true);
    }

    /// As [`invalidate`](Self::invalidate), if the cached value is one that `is_outdated`: it may have been looked up
    /// again since the caller got it.
    pub(crate) fn invalidate_if(&self, is_outdated: impl FnOnce(&T) -> bool) {
        if let Some(cached) = &mut *self.cached()
            && is_outdated(&cached.value)
        {
            cached.valid = false;
        }
    }

    /// Whether `aged` is younger than `max_age`.
    pub(crate) fn is_recent(&self, aged: &Aged<T>) -> bool {
        aged.age < self.max_age
    }

    fn is_fresh(&self, cached: &Cached<T>) -> bool {
        cached.valid && cached.since.elapsed() < self.max_age
    }

    fn cached(&self) -> MutexGuard<'_, Option<Cached<T>>> {
        self.cached.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone> Cached<T> {
    fn aged(&self) -> Aged<T> {
        Aged { value: self.value.clone(), age: self.since.elapsed(), valid: self.valid }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        sync::atomic::{AtomicU32, Ordering},
    };

    use tokio::sync::Notify;

    use super::*;

    const MAX_AGE: Duration = Duration::from_secs(10);

    async fn read(cache: &Refresh<u32>, result: u32) -> u32 {
        let Ok(value) = cache.get(async |_| Ok::<_, Infallible>(result)).await;
        value
    }

    #[tokio::test(start_paused = true)]
    async fn value_is_looked_up_once_until_it_is_too_old() {
        let cache = Refresh::new(MAX_AGE);
        assert_eq!(cache.peek(), None);
        assert_eq!(read(&cache, 1).await, 1);
        tokio::time::advance(MAX_AGE - Duration::from_millis(1)).await;
        assert_eq!(read(&cache, 2).await, 1);
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(cache.peek(), Some(Aged { value: 1, age: MAX_AGE, valid: true }));
        assert_eq!(read(&cache, 2).await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn concurrent_callers_get_the_old_value_while_one_looks_it_up() {
        let cache = Refresh::new(MAX_AGE);
        read(&cache, 1).await;
        tokio::time::advance(MAX_AGE).await;
        let (lookups, finish) = (AtomicU32::new(0), Notify::new());
        let slow = cache.get(async |before| {
            assert_eq!(before.unwrap().value, 1);
            lookups.fetch_add(1, Ordering::Relaxed);
            finish.notified().await;
            Ok::<_, Infallible>(2)
        });
        let others = async {
            assert_eq!([read(&cache, 3).await, read(&cache, 3).await], [1, 1]);
            finish.notify_one();
        };
        let (slow, ()) = tokio::join!(slow, others);
        assert_eq!((slow, lookups.load(Ordering::Relaxed)), (Ok(2), 1));
        assert_eq!(read(&cache, 3).await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn callers_wait_for_one_lookup_where_there_is_no_usable_value() {
        let cache = Refresh::new(MAX_AGE);
        for invalidated in [false, true] {
            if invalidated {
                cache.invalidate();
            }
            let slow = cache.get(async |_| {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Ok::<_, Infallible>(7)
            });
            let (slow, other) = tokio::join!(slow, read(&cache, 8));
            assert_eq!((slow, other), (Ok(7), 7), "invalidated: {invalidated}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn failed_or_dropped_lookup_leaves_the_value_and_the_next_caller_looks_it_up() {
        let cache = Refresh::new(MAX_AGE);
        read(&cache, 1).await;
        cache.invalidate();
        assert_eq!(cache.get(async |_| Err("no")).await, Err("no"));
        let pending = cache.get(async |_| std::future::pending::<Result<u32, Infallible>>().await);
        assert!(tokio::time::timeout(Duration::from_secs(1), pending).await.is_err());
        assert_eq!(cache.peek().map(|aged| aged.value), Some(1));
        assert_eq!(read(&cache, 2).await, 2);
    }

    /// Looks the value up and keeps the cached one.
    async fn keep(cache: &Refresh<u32>, invalidates: bool) -> u32 {
        let kept = cache.get_or_keep(async |before| {
            if invalidates {
                cache.invalidate();
            }
            Ok::<_, Infallible>(Lookup::Kept(before.unwrap().value))
        });
        let Ok(value) = kept.await;
        value
    }

    #[tokio::test(start_paused = true)]
    async fn kept_value_is_as_good_as_new_unless_it_was_invalidated() {
        let cache = Refresh::new(MAX_AGE);
        read(&cache, 1).await;
        tokio::time::advance(MAX_AGE).await;
        assert_eq!(keep(&cache, false).await, 1);
        assert_eq!(cache.peek(), Some(Aged { value: 1, age: Duration::ZERO, valid: true }));
        tokio::time::advance(MAX_AGE - Duration::from_millis(1)).await;
        assert_eq!(read(&cache, 2).await, 1);

        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(keep(&cache, true).await, 1);
        assert_eq!(cache.peek(), Some(Aged { value: 1, age: Duration::ZERO, valid: false }));
        assert_eq!(read(&cache, 2).await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn callers_wait_once_a_lookup_has_invalidated_the_old_value() {
        let cache = Refresh::new(MAX_AGE);
        read(&cache, 1).await;
        tokio::time::advance(MAX_AGE).await;
        let slow = cache.get(async |before| {
            assert!(before.unwrap().valid);
            tokio::time::sleep(Duration::from_secs(1)).await;
            cache.invalidate();
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok::<_, Infallible>(2)
        });
        let others = async {
            assert_eq!(read(&cache, 3).await, 1);
            tokio::time::sleep(Duration::from_millis(1_500)).await;
            assert_eq!(read(&cache, 3).await, 2);
        };
        let (slow, ()) = tokio::join!(slow, others);
        assert_eq!(slow, Ok(2));
    }

    #[tokio::test(start_paused = true)]
    async fn invalidate_if_spares_a_value_that_was_looked_up_since() {
        let cache = Refresh::new(MAX_AGE);
        read(&cache, 1).await;
        cache.invalidate_if(|value| *value == 1);
        assert_eq!(cache.fresh(), None);
        assert_eq!(read(&cache, 2).await, 2);
        cache.invalidate_if(|value| *value == 1);
        assert_eq!(cache.fresh(), Some(2));
    }
}
