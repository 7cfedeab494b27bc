//! Prints what rises in a CSV file: `rising FILE TEXT,COLUMNS TIME_COLUMN [UNTIL|- [DAYS [LEAST]]]`.

use std::error::Error;
use std::io::Write;

use huitong_text::topics::{Note, Options, topics};

#[path = "rows/mod.rs"]
mod rows;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let rows = rows::read(&mut args)?;
    let until = args.next().as_deref().and_then(rows::instant);
    let days = args.next().map_or(Ok(7), |days| days.parse())?;
    let least = args.next().map_or(Ok(3), |least| least.parse())?;
    let notes: Vec<Note<'_>> =
        rows.iter().filter_map(|row| Some(Note { text: &row.text, at: row.at?, unit: None })).collect();
    let began = std::time::Instant::now();
    let found = topics(&notes, &Options { until, days, least, ..Options::default() });
    let took = began.elapsed();
    let mut out = std::io::stdout().lock();
    for topic in &found {
        let day = |at: i64| (at - notes[topic.members[0]].at) as f64 / 86_400_000.0;
        let (size, usual, trend) = (topic.size, topic.usual, topic.trend);
        writeln!(
            out,
            "{}　{size} this week, {usual:.2} usual, trend {trend:.1}; {}",
            topic.name,
            topic.places.join("、")
        )?;
        writeln!(
            out,
            "    from day {:.1} to day {:.1}, {} before",
            day(topic.first),
            day(topic.last),
            topic.earlier.len()
        )?;
        for member in topic.members.iter().take(5) {
            writeln!(out, "    {}", rows[*member].head(60))?;
        }
    }
    writeln!(out, "{} topics of {} texts in {took:?}", found.len(), notes.len())?;
    Ok(())
}
