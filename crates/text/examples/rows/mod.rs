//! Rows of a CSV file as texts with times.

use std::error::Error;

/// A row: the columns of the text joined, and its time in UTC milliseconds.
pub struct Row {
    pub text: String,
    pub at: Option<i64>,
}

impl Row {
    /// The beginning on one line, with the day.
    pub fn head(&self, signs: usize) -> String {
        self.text.chars().take(signs).map(|c| if c.is_control() { ' ' } else { c }).collect()
    }
}

/// Reads `FILE TEXT,COLUMNS TIME_COLUMN`.
pub fn read(args: &mut impl Iterator<Item = String>) -> Result<Vec<Row>, Box<dyn Error>> {
    let (Some(path), Some(texts), Some(time)) = (args.next(), args.next(), args.next()) else {
        return Err("say FILE TEXT,COLUMNS TIME_COLUMN".into());
    };
    let mut reader = csv::Reader::from_path(path)?;
    let header = reader.headers()?.clone();
    let column = |name: &str| {
        header
            .iter()
            .position(|h| h.trim_start_matches('\u{feff}') == name)
            .ok_or(format!("no column {name}"))
    };
    let texts: Vec<usize> = texts.split(',').map(column).collect::<Result<_, _>>()?;
    let time = column(&time)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let parts: Vec<&str> = texts.iter().filter_map(|i| record.get(*i)).collect();
        rows.push(Row { text: parts.join("。"), at: record.get(time).and_then(instant) });
    }
    Ok(rows)
}

/// UTC milliseconds of a time of China such as `2019-08-01 07:30:00`.
pub fn instant(text: &str) -> Option<i64> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse::<i64>().ok());
    let (year, month, day) = (numbers.next()?, numbers.next()?, numbers.next()?);
    let clock: Vec<i64> = numbers.take(3).chain([0, 0, 0]).collect();
    // Days since 1970 in a year that begins in March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719_468;
    Some(((days * 24 + clock[0] - 8) * 60 + clock[1]) * 60_000 + clock[2] * 1000)
}
