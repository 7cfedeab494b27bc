//! What waits for a reader in the queues of every procedure: a block of the desk for each.

use huitong_kernel::http::{Call, Pairs};
use huitong_kernel::list::Asked;
use huitong_kernel::{Result, Tx};

use super::list::Row;
use crate::base::matters::view::Seen;
use crate::base::matters::{list, queue};

/// A procedure on the desk.
pub struct Block {
    /// `约谈`.
    pub title: String,
    /// Its list.
    pub href: String,
    /// Its queues that are the reader's to work through, and what is overdue.
    pub queues: Vec<Waiting>,
    /// What is said where nothing waits.
    pub empty: String,
    /// The first rows of its queues, each with the queue it waits in.
    pub rows: Vec<(Row, String)>,
}

/// A queue with what waits in it.
pub struct Waiting {
    /// `待批准`.
    pub title: String,
    /// Its rows.
    pub href: String,
    /// How many.
    pub count: i64,
    /// Whether they are overdue.
    pub late: bool,
}

/// So many rows of a queue stand on the desk.
const ROWS: &str = "4";

/// The procedures in which something waits for this reader; those in which nothing does only where `all` is asked.
pub fn blocks(c: &Call, tx: &Tx, all: bool) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    let first = Pairs::one("page_size", Some(ROWS));
    for of in
        c.ctx.pack()?.definitions.iter().filter(|of| of.stands_alone() && c.ctx.may(&of.view()).is_some())
    {
        let mine = queue::of_reader(&c.ctx, of).into_iter().filter(|queue| queue.duty || queue.late);
        let (mut queues, mut rows): (Vec<Waiting>, Vec<(Row, String)>) = (Vec::new(), Vec::new());
        let mut works = false;
        for queue in mine {
            works |= queue.duty;
            let count = list::count(tx, of, queue)?;
            if count == 0 {
                continue;
            }
            let href = format!("/{}?queue={}", of.path, queue.key);
            queues.push(Waiting { title: queue.title.clone(), href, count, late: queue.late });
            let def = list::def(of);
            let page = list::page(tx, of, Some(queue), &Asked::read(&def, &first)?, false)?;
            for seen in Seen::all(tx, page.items)? {
                let row = Row::of(tx, &seen)?;
                if !rows.iter().any(|(known, _)| known.href == row.href) {
                    rows.push((row, queue.title.clone()));
                }
            }
        }
        if !queues.is_empty() || (all && works) {
            let (title, href) = (of.title.clone(), format!("/{}", of.path));
            blocks.push(Block {
                title,
                href,
                queues,
                empty: format!("没有要您办的{}事项。", of.title),
                rows,
            });
        }
    }
    Ok(blocks)
}
