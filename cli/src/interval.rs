//! The send times of a repeated message, as durations since the first.

use std::time::Duration;

/// A message is late if it is sent more than this after its due time. With a shorter period it is missed instead,
/// unless it was already in flight.
pub(crate) const LATE: Duration = Duration::from_millis(100);

/// Ticks at 0, 1, 2, … times the period. Each may be sent until the next one is due.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IntervalSchedule {
    period: Duration,
    /// The number of ticks; `None` is unlimited.
    count: Option<u64>,
}

/// What follows a tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NextTick {
    /// The tick to send next; `None` after the last.
    pub(crate) tick: Option<u64>,
    /// Ticks that were skipped because their time passed. They are not sent later: that would be a burst.
    pub(crate) missed: u64,
}

impl IntervalSchedule {
    pub(crate) fn new(period: Duration, count: Option<u64>) -> Self {
        Self { period, count }
    }

    /// The due time of a tick, counted from 0.
    pub(crate) fn due(&self, tick: u64) -> Duration {
        let nanos = self.period.as_nanos().saturating_mul(tick.into());
        let secs = u64::try_from(nanos / 1_000_000_000).unwrap_or(u64::MAX);
        Duration::new(secs, (nanos % 1_000_000_000) as u32)
    }

    /// The tick after `tick` at the time `now`.
    pub(crate) fn after(&self, tick: u64, now: Duration) -> NextTick {
        let current = u64::try_from(now.as_nanos() / self.period.as_nanos().max(1)).unwrap_or(u64::MAX);
        let following = tick.saturating_add(1);
        let next = following.max(current);
        match self.count {
            Some(count) if next >= count => NextTick { tick: None, missed: count.saturating_sub(following) },
            _ => NextTick { tick: Some(next), missed: next - following },
        }
    }

    /// The time left to send a tick; `None` once the next one is due.
    pub(crate) fn remaining(&self, tick: u64, now: Duration) -> Option<Duration> {
        self.due(tick.saturating_add(1)).checked_sub(now).filter(|remaining| !remaining.is_zero())
    }

    /// Returns true if a tick that was sent by `now` was late.
    pub(crate) fn is_late(&self, tick: u64, now: Duration) -> bool {
        now.saturating_sub(self.due(tick)) > LATE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn next(tick: u64, missed: u64) -> NextTick {
        NextTick { tick: Some(tick), missed }
    }

    #[test]
    fn due_times_do_not_drift() {
        let schedule = IntervalSchedule::new(ms(300), None);
        assert_eq!(schedule.due(0), ms(0));
        assert_eq!(schedule.due(1_000_000), ms(300_000_000));
        // The next due time does not depend on how long the send took.
        assert_eq!(schedule.after(0, ms(1)), next(1, 0));
        assert_eq!(schedule.after(0, ms(299)), next(1, 0));
    }

    #[test]
    fn overdue_ticks_are_skipped_except_the_current_one() {
        let schedule = IntervalSchedule::new(ms(300), None);
        assert_eq!(schedule.after(0, ms(300)), next(1, 0));
        assert_eq!(schedule.after(0, ms(599)), next(1, 0));
        assert_eq!(schedule.after(0, ms(600)), next(2, 1));
        assert_eq!(schedule.after(3, ms(3_000)), next(10, 6));
    }

    #[test]
    fn missed_ticks_count_towards_the_limit() {
        let schedule = IntervalSchedule::new(ms(300), Some(5));
        assert_eq!(schedule.after(3, ms(900)), next(4, 0));
        assert_eq!(schedule.after(4, ms(1200)), NextTick { tick: None, missed: 0 });
        assert_eq!(schedule.after(2, ms(9000)), NextTick { tick: None, missed: 2 });
    }

    #[test]
    fn remaining_time_ends_when_the_next_tick_is_due() {
        let schedule = IntervalSchedule::new(ms(300), None);
        assert_eq!(schedule.remaining(1, ms(300)), Some(ms(300)));
        assert_eq!(schedule.remaining(1, ms(599)), Some(ms(1)));
        assert_eq!(schedule.remaining(1, ms(600)), None);
    }

    #[test]
    fn tick_is_late_after_100_ms() {
        let schedule = IntervalSchedule::new(ms(300), None);
        assert!(!schedule.is_late(1, ms(400)));
        assert!(schedule.is_late(1, ms(401)));
        assert!(!schedule.is_late(1, ms(299)));
    }

    #[test]
    fn extreme_periods_do_not_overflow() {
        let schedule = IntervalSchedule::new(Duration::MAX, None);
        assert_eq!(schedule.due(1), Duration::MAX);
        assert!(schedule.due(u64::MAX) > schedule.due(1) || schedule.due(u64::MAX).as_secs() == u64::MAX);
        assert_eq!(schedule.after(0, Duration::from_secs(1)), next(1, 0));
        assert_eq!(IntervalSchedule::new(Duration::from_nanos(1), None).after(0, ms(1)), next(1_000_000, 999_999));
    }
}
