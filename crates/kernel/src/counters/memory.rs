//! What is folded, in the memory of one process: counts by their keys, and the answers to what was asked of them.
//!
//! Each fold has a number, and each row says which fold changed it last. A snapshot names the last fold it sees; what is
//! newer than the memory is read and entered, into the counts and into every answer. A snapshot that is a little older than
//! the memory takes away what came in between. So an answer is exact for its snapshot, whichever server folded.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::args;
use crate::counters::{Ask, DEPTH, Tally, read};
use crate::db::Tx;
use crate::error::Result;

/// Folds after which a memory is made anew rather than brought up to date; counts that came to nothing are kept so long.
pub(super) const REACH: i64 = 1_000;
/// Steps that an older snapshot can go back.
const STEPS: usize = 64;
/// Questions kept with their answers; beyond, all are forgotten and asked anew.
const QUESTIONS: usize = 8_192;
/// Answers times changes that are gone through one by one; where there would be more, the answers are forgotten.
const PATIENCE: usize = 1_000_000;

/// The counts of one process, by name.
#[derive(Default)]
struct Kept(Mutex<HashMap<&'static str, Arc<Mutex<Folded>>>>);

type Key = [Arc<str>; DEPTH];

#[derive(Default)]
struct Folded {
    /// The last fold that is in; none before the first reading.
    folds: Option<i64>,
    words: HashSet<Arc<str>>,
    counts: HashMap<Key, i64>,
    answers: HashMap<Ask, i64>,
    steps: VecDeque<Step>,
}

/// What changed from one fold to the next one known.
struct Step {
    from: i64,
    changes: Vec<(Key, i64)>,
}

/// What is folded of a question as a snapshot sees it; none where the snapshot is too old for this memory.
pub(super) fn folded(tx: &Tx, tally: &'static Tally, folds: i64, ask: &Ask) -> Result<Option<i64>> {
    let kept = tx.ctx().shelf.of::<Kept>();
    let of_name = kept.0.lock().entry(tally.name).or_default().clone();
    let mut memory = of_name.lock();
    memory.catch_up(tx, tally.name, folds)?;
    Ok(memory.answer(ask, folds))
}

impl Folded {
    fn catch_up(&mut self, tx: &Tx, name: &str, folds: i64) -> Result<()> {
        let columns = "k1, k2, k3, k4, k5, k6, k7, k8, n";
        match self.folds {
            Some(known) if known >= folds => return Ok(()),
            Some(known) if folds - known <= REACH => {
                let sql = format!("SELECT {columns} FROM counters WHERE name = $1 AND fold > $2");
                let mut changes = Vec::new();
                for row in tx.query(&sql, args![name, known])? {
                    let (keys, n) = read(row)?;
                    let key = self.key(&keys);
                    let before = self.counts.insert(key.clone(), n).unwrap_or_default();
                    if n != before {
                        changes.push((key, n - before));
                    }
                }
                self.enter(Step { from: known, changes });
            }
            _ => {
                let sql = format!("SELECT {columns} FROM counters WHERE name = $1");
                *self = Folded::default();
                for row in tx.query(&sql, args![name])? {
                    let (keys, n) = read(row)?;
                    let key = self.key(&keys);
                    self.counts.insert(key, n);
                }
            }
        }
        self.folds = Some(folds);
        Ok(())
    }

    /// The same words stand in thousands of keys; each is kept once.
    fn key(&mut self, keys: &[String; DEPTH]) -> Key {
        std::array::from_fn(|place| {
            let word = keys[place].as_str();
            self.words.get(word).cloned().unwrap_or_else(|| {
                let fresh: Arc<str> = word.into();
                self.words.insert(fresh.clone());
                fresh
            })
        })
    }

    fn enter(&mut self, step: Step) {
        if self.answers.len().saturating_mul(step.changes.len()) > PATIENCE {
            self.answers.clear();
        }
        for (ask, answer) in &mut self.answers {
            *answer += sum(ask, &step.changes);
        }
        self.steps.push_back(step);
        if self.steps.len() > STEPS {
            self.steps.pop_front();
        }
    }

    fn answer(&mut self, ask: &Ask, folds: i64) -> Option<i64> {
        let now = match self.answers.get(ask) {
            Some(known) => *known,
            None => {
                if self.answers.len() >= QUESTIONS {
                    self.answers.clear();
                }
                let counts = self.counts.iter().map(|(key, n)| (key, *n));
                let fresh = counts.filter(|(key, _)| ask.fits(&|place| &*key[place])).map(|(_, n)| n).sum();
                self.answers.insert(ask.clone(), fresh);
                fresh
            }
        };
        let (mut at, mut since) = (self.folds?, 0);
        for step in self.steps.iter().rev() {
            if at <= folds {
                break;
            }
            since += sum(ask, &step.changes);
            at = step.from;
        }
        (at == folds).then_some(now - since)
    }
}

fn sum(ask: &Ask, changes: &[(Key, i64)]) -> i64 {
    changes.iter().filter(|(key, _)| ask.fits(&|place| &*key[place])).map(|(_, n)| n).sum()
}
