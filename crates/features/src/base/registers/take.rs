//! Entries of a register as a file: what a reader may both see and take out, each cell as an import reads it again.

use std::io::Write;

use huitong_kernel::http::Pairs;
use huitong_kernel::journal::Record;
use huitong_kernel::list::Asked;
use huitong_kernel::pack::{Control, Field, Queue};
use huitong_kernel::{Ctx, OrMissing, Result, Tx};
use serde_json::Value as Json;

use super::cells::Teller;
use super::file::{Column, File};
use crate::base::matters::entries::as_of::{AsOf, Day, Question};
use crate::base::matters::entries::{self, list};
use crate::base::matters::queue::of_reader;
use crate::base::matters::{KEYS, Matter as _, Plain, view};
use crate::base::sheets::{Format, Writer};

/// Entries that are read at once.
const PAGE: i64 = 1_000;

/// What is to be taken out.
pub struct Wanted<'w> {
    /// The register, or the rows of one kind within.
    pub file: &'w File<'w>,
    /// What the address or the command asks for, as lists do.
    pub pairs: &'w Pairs,
    /// The queue it asks for.
    pub queue: Option<&'w Queue>,
    /// Written as.
    pub format: Format,
}

impl Wanted<'_> {
    /// The act; its right is asked for beside that to see.
    pub fn act(&self) -> String {
        self.file.of.export()
    }

    /// Its name as a file.
    pub fn name(&self, ctx: &Ctx) -> String {
        let title = self.file.title();
        let ending = if self.format == Format::Csv { "csv" } else { "xlsx" };
        let past = AsOf::read(self.pairs, ctx.today()).ok().flatten();
        format!("{title} {}.{ending}", past.map_or_else(|| ctx.today(), |past| past.day))
    }

    /// Writes what the reader may take out; answers how many entries that are.
    pub fn write(&self, tx: &Tx, to: impl Write + Send) -> Result<u64> {
        let (file, ctx) = (self.file, tx.ctx());
        let scope = Plain::reach(tx, ctx.right(&self.act())?)?.scope(&KEYS);
        let inside = view::inside_scope::<Plain>(tx, file.of)?;
        let hidden = |column: &Column<'_>| column.field.is_some_and(|field| file.of.hides(field));
        let secrets = inside.ways().is_none_or(|mut ways| ways.next().is_some()) || inside.goes_by_links();
        let columns: Vec<&Column<'_>> =
            file.columns.iter().filter(|column| secrets || !hidden(column)).collect();
        let labels: Vec<&str> = columns.iter().map(|column| column.label.as_str()).collect();
        let numbers: Vec<Option<&str>> = columns.iter().map(|column| counted(column)).collect();
        let mut writer = Writer::new(self.format, to, &labels)?.called(&file.title())?.counting(&numbers);
        let (teller, mut count) = (Teller::default(), 0);
        self.each(tx, &mut |entry| {
            if !entries::admitted(&scope, entry) {
                return Ok(());
            }
            let sees = secrets && entries::admitted(&inside, entry);
            let cell = |column: &&Column<'_>| match column.field {
                Some(_) if !sees && hidden(column) => Ok(String::new()),
                Some(field) => teller.tell(tx, file.pack, column, entry.said(&field.key)),
                None => self.parent(tx, &teller, entry),
            };
            let cells: Vec<String> = columns.iter().map(cell).collect::<Result<_>>()?;
            count += 1;
            writer.row(&cells)
        })?;
        writer.finish()?;
        Ok(count)
    }

    /// What the entry is called within which a row lies.
    fn parent(&self, tx: &Tx, teller: &Teller, row: &Plain) -> Result<String> {
        let field = Field {
            key: super::file::ENTRY.to_owned(),
            control: Control::Entry,
            register: self.file.parent.map(|parent| parent.key.clone()),
            ..Field::default()
        };
        let column = Column { key: String::new(), label: String::new(), field: Some(&field) };
        let parent = row.parent.clone().map(Json::from);
        teller.tell(tx, self.file.pack, &column, parent.as_ref())
    }

    /// The entries that the list shows, page by page.
    fn each(&self, tx: &Tx, look: &mut dyn FnMut(&Plain) -> Result<()>) -> Result<()> {
        let of = self.file.of;
        let def = list::asked_for(of, self.pairs, list::is_wide(tx, of)?);
        let sorted = self.pairs.get("sort").is_some();
        let mut asked = Asked::read(&def, self.pairs)?;
        (asked.page, asked.size) = (1, PAGE);
        if let Some(past) = AsOf::read(self.pairs, tx.ctx().today())? {
            let question = Question { of, def: &def, asked: &asked, pairs: self.pairs, queue: self.queue };
            return Day::read(tx, of, past)?.each(tx, &question, look);
        }
        list::each(tx, (of, &def), self.queue, (asked, sorted), look)
    }

    /// Takes it out (`{key}.export`): who took out how many of what, in which cut.
    pub fn record(&self, tx: &Tx, count: u64) -> Result<()> {
        let right = tx.ctx().right(&self.act())?;
        let mut record = Record::new(&self.act(), &self.file.address())
            .in_post(right.first_post())
            .fact("rows", count)
            .fact("format", if self.format == Format::Csv { "CSV" } else { "XLSX" });
        if let Some(queue) = self.queue {
            record = record.fact("queue", queue.key.as_str());
        }
        for name in ["as_of", "known_at", "state", "unit", "association", "since", "until"] {
            if let Some(asked) = self.pairs.get(name).filter(|asked| !asked.is_empty()) {
                record = record.fact(name, asked);
            }
        }
        tx.record(record).map(drop)
    }
}

/// How a workbook shows what is calculated with in a column; none where there is nothing to calculate.
fn counted(column: &Column<'_>) -> Option<&'static str> {
    match column.field?.control {
        Control::Integer | Control::Score => Some("0"),
        Control::Money => Some("0.00"),
        Control::Decimal | Control::Percent => Some("General"),
        _ => None,
    }
}

/// The queue that an address asks for, one of the reader's own.
pub fn queue<'p>(ctx: &Ctx, file: &File<'p>, pairs: &Pairs) -> Result<Option<&'p Queue>> {
    match pairs.get("queue").filter(|key| !["", "all"].contains(key)) {
        Some(key) => {
            let mut mine = of_reader(ctx, file.of).into_iter();
            mine.find(|queue| queue.key == key).or_missing().map(Some)
        }
        None => Ok(None),
    }
}
