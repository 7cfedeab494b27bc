//! Prints which rows of a CSV file tell the same matter: `near FILE TEXT,COLUMNS TIME_COLUMN [CUT [DAYS]]`.

use std::error::Error;
use std::io::Write;

use huitong_text::duplicates::{Index, Note, Options, pairs};

#[path = "rows/mod.rs"]
mod rows;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let rows = rows::read(&mut args)?;
    let cut = args.next().map_or(Ok(Options::default().cut), |cut| cut.parse())?;
    let days = args.next().map_or(Ok(30), |days| days.parse())?;
    let options = Options { cut, days: Some(days) };
    let notes: Vec<Note<'_>> = rows.iter().map(|row| Note { text: &row.text, at: row.at }).collect();
    let mut out = std::io::stdout().lock();

    let began = std::time::Instant::now();
    let found = pairs(&notes, &options);
    let took = began.elapsed();
    for pair in &found {
        let (a, b) = (&rows[pair.a], &rows[pair.b]);
        writeln!(out, "{:.3}\t{}\t{}\t{}", pair.similarity, pair.a, pair.b, pair.shared.join("｜"))?;
        writeln!(out, "    {}\n    {}", a.head(120), b.head(120))?;
    }
    writeln!(out, "{} pairs of {} texts in {took:?}", found.len(), notes.len())?;

    // What the live index finds of the same pairs.
    let mut index = Index::new(options);
    let mut again = 0;
    for (i, note) in notes.iter().enumerate() {
        let near = index.near(*note, notes.len());
        again +=
            near.iter().filter(|near| found.iter().any(|p| (p.a, p.b) == (near.item as usize, i))).count();
        index.insert(*note);
    }
    writeln!(out, "the index finds {again} of them as they come in")?;
    Ok(())
}
