//! The days that are off by law in every year, whatever its notice moves: 《全国年节及纪念日放假办法》第二条.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::{Date, date};

use super::civil::{day_number, first_of_year, weekdays_before};

/// The first year of the law as it is read here: the amendment of 2013-12-11.
pub(super) const FIRST: i16 = 2014;
/// The last year that a calendar can be written for.
pub(super) const LAST: i16 = 2199;
/// From here on 除夕 and 2 May are off, too: the amendment of 2024-11-10.
const THIRTEEN_DAYS: i16 = 2025;

/// First day of the lunar year, 清明, 端午 and 中秋 of each year whose days are known.
static MOVABLE: LazyLock<BTreeMap<i16, [Date; 4]>> = LazyLock::new(|| {
    include_str!("../../data/festivals_2014_2080.txt").lines().filter_map(movable).collect()
});

fn movable(line: &str) -> Option<(i16, [Date; 4])> {
    let mut cells = line.split(',');
    let year: i16 = cells.next()?.parse().ok()?;
    let mut next = || {
        let (month, day) = cells.next()?.split_once('-')?;
        Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
    };
    Some((year, [next()?, next()?, next()?, next()?]))
}

/// The days off by law in a year, as day numbers with the holiday's name; those of the lunar calendar as far as they are known.
pub(super) fn days(year: i16) -> Vec<(i64, &'static str)> {
    if !(FIRST..=LAST).contains(&year) {
        return Vec::new();
    }
    let newest = year >= THIRTEEN_DAYS;
    let day = |month, day| day_number(date(year, month, day));
    let mut days = vec![(day(1, 1), "元旦")];
    if let Some([spring, clear, boats, moon]) = MOVABLE.get(&year).map(|days| days.map(day_number)) {
        days.extend((spring - i64::from(newest)..spring + 3).map(|day| (day, "春节")));
        days.extend([(clear, "清明节"), (boats, "端午节"), (moon, "中秋节")]);
    }
    days.extend((1..=1 + i8::from(newest)).map(|nth| (day(5, nth), "劳动节")));
    days.extend((1..=3).map(|nth| (day(10, nth), "国庆节")));
    days
}

/// The holiday that a day belongs to by law.
pub(super) fn holiday(date: Date) -> Option<&'static str> {
    let number = day_number(date);
    days(date.year()).into_iter().find_map(|(day, name)| (day == number).then_some(name))
}

/// How many working days a notice leaves in a year: every day off by law that falls on a weekend, or on another such day, is
/// made good on a weekday, and every other day off is worked for. `None` where not all days of the law are known.
pub(super) fn working_days(year: i16) -> Option<i64> {
    MOVABLE.get(&year)?;
    let off = i64::try_from(days(year).len()).ok()?;
    Some(weekdays_before(first_of_year(year + 1)) - weekdays_before(first_of_year(year)) - off)
}

#[cfg(test)]
mod tests {
    use super::super::civil::date_of;
    use super::*;

    #[test]
    fn thirteen_days_a_year_and_eleven_before_the_amendment() {
        for year in FIRST..=2080 {
            let days = days(year);
            assert_eq!(days.len(), if year < THIRTEEN_DAYS { 11 } else { 13 }, "{year}");
            assert!(days.iter().all(|(day, _)| date_of(*day).year() == year), "{year}");
            let spring = date_of(days[1].0);
            assert!((1..=2).contains(&spring.month()), "{year}: {spring}");
        }
        assert_eq!((days(2013).len(), days(2150).len()), (0, 6));
        assert_eq!(holiday(date(2027, 2, 5)), Some("春节"));
    }

    #[test]
    fn a_day_of_the_moon_table_is_a_day_of_a_month_that_has_them() {
        for (year, [spring, clear, boats, moon]) in &*MOVABLE {
            assert!(spring.day() >= 20 || spring.month() == 2, "{year}");
            assert!(clear.month() == 4 && (4..=5).contains(&clear.day()), "{year}");
            assert!((5..=6).contains(&boats.month()) && (9..=10).contains(&moon.month()), "{year}");
            // From 端午 to 中秋 lie three lunar months and ten days, or four with a leap month.
            let apart = day_number(*moon) - day_number(*boats);
            assert!((97..=101).contains(&apart) || (126..=130).contains(&apart), "{year}: {apart}");
        }
    }
}
