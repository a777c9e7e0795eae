//! When an entry was written.

use serde::{Deserialize, Serialize};

/// A second of an entry: universal time where the log tells the offset, else the server's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// Seconds since 1970 on that clock.
    seconds: i64,
    /// Whether it is universal time.
    universal: bool,
}

/// The farthest that a server's own clock is from universal time, seconds.
const FARTHEST: i64 = 14 * 3_600;

impl Moment {
    /// Whether it is later for certain: of two clocks, one may be hours ahead.
    pub(super) fn is_surely_after(self, other: Self) -> bool {
        let between = if self.universal == other.universal {
            0
        } else {
            FARTHEST
        };
        self.seconds > other.seconds.saturating_add(between)
    }

    /// From `2026-11-22` and `10:00:00`.
    pub(super) fn of_date_and_time(date: &[u8], time: &[u8], universal: bool) -> Option<Self> {
        if date.len() < 10 || date[4] != b'-' || date[7] != b'-' {
            return None;
        }
        let day = days(
            digits(&date[..4])?,
            digits(&date[5..7])?,
            digits(&date[8..10])?,
        )?;
        Some(Self {
            seconds: day * 86_400 + clock(time)?,
            universal,
        })
    }

    /// From `22/Nov/2026:10:00:00`, with ` +0100` behind it or not.
    pub(super) fn of_web(text: &[u8]) -> Option<Self> {
        if text.len() < 20 || text[2] != b'/' || text[6] != b'/' {
            return None;
        }
        let month = MONTHS
            .iter()
            .position(|month| text[3..6].eq_ignore_ascii_case(month))?;
        let day = days(
            digits(&text[7..11])?,
            i64::try_from(month).ok()? + 1,
            digits(&text[..2])?,
        )?;
        let mut seconds = day * 86_400 + clock(&text[12..])?;
        let offset = text.get(21..26).filter(|_| text.get(20) == Some(&b' '));
        if let Some(offset) = offset {
            let minutes = digits(&offset[1..3])? * 60 + digits(&offset[3..5])?;
            seconds -= if offset[0] == b'-' {
                -minutes * 60
            } else {
                minutes * 60
            };
        }
        Some(Self {
            seconds,
            universal: offset.is_some(),
        })
    }
}

const MONTHS: [&[u8]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// A number of digits alone.
fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |value: i64, digit| {
        digit
            .is_ascii_digit()
            .then(|| value * 10 + i64::from(digit - b'0'))
    })
}

/// The second of the day of `10:00:00`.
fn clock(text: &[u8]) -> Option<i64> {
    if text.len() < 8 || text[2] != b':' || text[5] != b':' {
        return None;
    }
    let (hour, minute, second) = (
        digits(&text[..2])?,
        digits(&text[3..5])?,
        digits(&text[6..8])?,
    );
    (hour < 24 && minute < 60 && second < 61).then_some(hour * 3_600 + minute * 60 + second)
}

/// The days from 1970 to a date, when it is one.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let number = |value: i64| i8::try_from(value).ok();
    let date =
        jiff::civil::Date::new(i16::try_from(year).ok()?, number(month)?, number(day)?).ok()?;
    let since = date.since(jiff::civil::date(1970, 1, 1)).ok()?;
    Some(i64::from(since.get_days()))
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let moment = jiff::Timestamp::from_second(self.seconds).unwrap_or_default();
        let shown = moment.to_string();
        if self.universal {
            f.write_str(&shown)
        } else {
            f.write_str(shown.trim_end_matches('Z'))
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (date, time) = text.split_once('T').unwrap_or((&text, ""));
        let universal = time.ends_with('Z');
        Self::of_date_and_time(date.as_bytes(), time.as_bytes(), universal)
            .ok_or_else(|| serde::de::Error::custom("expected a date and a time"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_shown_as_it_is_read() {
        let shown = |text: &str| Moment::of_web(text.as_bytes()).map(|moment| moment.to_string());
        assert_eq!(
            shown("22/Nov/2026:10:00:00 +0100").as_deref(),
            Some("2026-11-22T09:00:00Z")
        );
        assert_eq!(
            shown("22/Nov/2026:10:00:00.123").as_deref(),
            Some("2026-11-22T10:00:00")
        );
        assert_eq!(shown("31/Feb/2026:10:00:00"), None);
        let moment = Moment::of_date_and_time(b"2026-11-22", b"10:00:00", true).expect("a moment");
        let json = serde_json::to_string(&moment).expect("JSON");
        assert_eq!(json, "\"2026-11-22T10:00:00Z\"");
        assert_eq!(
            serde_json::from_str::<Moment>(&json).expect("a moment"),
            moment
        );
    }
}
