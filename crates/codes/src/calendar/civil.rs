//! Dates as day numbers (days since 1970-01-01), so that loops over days are additions.

use jiff::civil::Date;

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar.
pub fn day_number(date: Date) -> i64 {
    // Years begin in March here, so that the leap day is the last of its year.
    let (month, day) = (i64::from(date.month()), i64::from(date.day()));
    let year = i64::from(date.year()) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The date of a day number; numbers beyond the years −9999 to 9999 give the nearest date.
pub fn date_of(number: i64) -> Date {
    let shifted = number.saturating_add(719_468);
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let nearest = if number < 0 { Date::MIN } else { Date::MAX };
    let parts = (i16::try_from(year), i8::try_from(month), i8::try_from(day));
    match parts {
        (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).unwrap_or(nearest),
        _ => nearest,
    }
}

/// `周一` to `周日`.
pub fn weekday_name(number: i64) -> &'static str {
    ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]
        .get(usize::try_from(from_monday(number)).unwrap_or(0))
        .copied()
        .unwrap_or("周一")
}

// 1970-01-01 was a Thursday; 0 is Monday.
fn from_monday(number: i64) -> i64 {
    (number.rem_euclid(7) + 3) % 7
}

pub(super) fn is_weekend(number: i64) -> bool {
    from_monday(number) >= 5
}

pub(super) fn first_of_year(year: i16) -> i64 {
    Date::new(year, 1, 1).map_or(0, day_number)
}

// Mondays to Fridays before a day number, counted from Monday 1969-12-29 (day −3).
pub(super) fn weekdays_before(number: i64) -> i64 {
    let since_monday = number + 3;
    since_monday.div_euclid(7) * 5 + since_monday.rem_euclid(7).min(5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_numbers_agree_with_the_library_for_four_centuries() {
        let mut date = Date::constant(1799, 12, 31);
        let mut number = day_number(date);
        while date.year() < 2200 {
            assert_eq!((day_number(date), date_of(number)), (number, date));
            let monday_first = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap();
            assert_eq!(
                weekday_name(number),
                ["周一", "周二", "周三", "周四", "周五", "周六", "周日"][monday_first]
            );
            let next = weekdays_before(number) + i64::from(!is_weekend(number));
            assert_eq!(weekdays_before(number + 1), next);
            date = date.tomorrow().unwrap();
            number += 1;
        }
    }

    #[test]
    fn numbers_out_of_range_give_the_nearest_date() {
        assert_eq!((date_of(i64::MAX), date_of(i64::MIN)), (Date::MAX, Date::MIN));
    }
}
