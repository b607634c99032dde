//! When the beats of a repeated message are due, by a clock that starts at zero with the first.

use std::time::Duration;

/// A beat is late if it is sent more than this after its time. Where the period is shorter, it is missed instead,
/// unless it was on its way already.
pub(crate) const LATE: Duration = Duration::from_millis(100);

/// Beats at 0, 1, 2, … times the period; each may be sent until it is the next one's turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schedule {
    period: Duration,
    /// How many beats there are, where they end.
    beats: Option<u64>,
}

/// What comes after a beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Next {
    /// The beat to send, unless that was the last.
    pub(crate) beat: Option<u64>,
    /// Beats before it whose time passed meanwhile. They are not caught up on: a burst helps nobody.
    pub(crate) missed: u64,
}

impl Schedule {
    pub(crate) fn new(period: Duration, beats: Option<u64>) -> Self {
        Self { period, beats }
    }

    /// The time of a beat, counted from 0.
    pub(crate) fn due(&self, beat: u64) -> Duration {
        let nanos = self.period.as_nanos().saturating_mul(beat.into());
        let secs = u64::try_from(nanos / 1_000_000_000).unwrap_or(u64::MAX);
        Duration::new(secs, (nanos % 1_000_000_000) as u32)
    }

    /// The beat after `beat`, now that it is `now`.
    pub(crate) fn after(&self, beat: u64, now: Duration) -> Next {
        let current = u64::try_from(now.as_nanos() / self.period.as_nanos().max(1)).unwrap_or(u64::MAX);
        let following = beat.saturating_add(1);
        let next = following.max(current);
        match self.beats {
            Some(beats) if next >= beats => Next { beat: None, missed: beats.saturating_sub(following) },
            _ => Next { beat: Some(next), missed: next - following },
        }
    }

    /// The time that is left for a beat; none once it is the next one's turn.
    pub(crate) fn left(&self, beat: u64, now: Duration) -> Option<Duration> {
        self.due(beat.saturating_add(1)).checked_sub(now).filter(|left| !left.is_zero())
    }

    /// True if a beat that was sent by `now` was sent late.
    pub(crate) fn is_late(&self, beat: u64, now: Duration) -> bool {
        now.saturating_sub(self.due(beat)) > LATE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn next(beat: u64, missed: u64) -> Next {
        Next { beat: Some(beat), missed }
    }

    #[test]
    fn beats_do_not_drift() {
        let schedule = Schedule::new(ms(300), None);
        assert_eq!(schedule.due(0), ms(0));
        assert_eq!(schedule.due(1_000_000), ms(300_000_000));
        // However long sending took, the next beat is where it always was.
        assert_eq!(schedule.after(0, ms(1)), next(1, 0));
        assert_eq!(schedule.after(0, ms(299)), next(1, 0));
    }

    #[test]
    fn a_beat_whose_turn_it_still_is_comes_next() {
        let schedule = Schedule::new(ms(300), None);
        assert_eq!(schedule.after(0, ms(300)), next(1, 0));
        assert_eq!(schedule.after(0, ms(599)), next(1, 0));
        assert_eq!(schedule.after(0, ms(600)), next(2, 1));
        assert_eq!(schedule.after(3, ms(3_000)), next(10, 6));
    }

    #[test]
    fn missed_beats_count_towards_the_end() {
        let schedule = Schedule::new(ms(300), Some(5));
        assert_eq!(schedule.after(3, ms(900)), next(4, 0));
        assert_eq!(schedule.after(4, ms(1200)), Next { beat: None, missed: 0 });
        assert_eq!(schedule.after(2, ms(9000)), Next { beat: None, missed: 2 });
    }

    #[test]
    fn a_beat_has_time_until_the_next() {
        let schedule = Schedule::new(ms(300), None);
        assert_eq!(schedule.left(1, ms(300)), Some(ms(300)));
        assert_eq!(schedule.left(1, ms(599)), Some(ms(1)));
        assert_eq!(schedule.left(1, ms(600)), None);
    }

    #[test]
    fn late_is_more_than_a_tenth_of_a_second() {
        let schedule = Schedule::new(ms(300), None);
        assert!(!schedule.is_late(1, ms(400)));
        assert!(schedule.is_late(1, ms(401)));
        assert!(!schedule.is_late(1, ms(299)));
    }

    #[test]
    fn no_period_and_no_time_is_too_much() {
        let schedule = Schedule::new(Duration::MAX, None);
        assert_eq!(schedule.due(1), Duration::MAX);
        assert!(schedule.due(u64::MAX) > schedule.due(1) || schedule.due(u64::MAX).as_secs() == u64::MAX);
        assert_eq!(schedule.after(0, Duration::from_secs(1)), next(1, 0));
        assert_eq!(Schedule::new(Duration::from_nanos(1), None).after(0, ms(1)), next(1_000_000, 999_999));
    }
}
