//! What a reading is about to ask. Readings of a kind ask mostly what the last one of the kind asked, with their own reader and
//! subject in the place of its own. On an engine that is a message away, what can be told beforehand is asked at once, before
//! the reading begins.
//!
//! A guess is never an answer: whoever asks is given the rows of that very question, read in the same snapshot. A wrong guess
//! costs a question that nobody needed, and is not made for long.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::db::known::{Answer, Question};
use crate::db::value::Value;

/// Kinds of readings whose questions are remembered; beyond, all are forgotten and learned anew.
const KINDS: usize = 1_024;
/// Questions foreseen for one reading at most.
const GUESSES: usize = 24;
/// What a guess that was right so far may be wrong by before it is dropped.
const TRUST: i8 = 8;
/// A question that was asked otherwise weighs more than one that was not asked at all.
const OTHERWISE: i8 = 4;

/// Readers remembered by what they carry; beyond, all are forgotten.
const READERS: usize = 4_096;

/// Who reads.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Reader {
    /// Readers of one kind have the same values at the same places.
    pub kind: String,
    /// Account and offices.
    pub values: Vec<Value>,
}

/// What is known of a reading before it begins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Beforehand {
    /// Readings of one kind have the same values at the same places.
    pub kind: String,
    /// Who reads, what, and when.
    pub values: Vec<Value>,
}

/// What readings asked, by their kind, and who read.
#[derive(Default)]
pub(crate) struct Foresight {
    kinds: Mutex<HashMap<String, Guesses>>,
    readers: Mutex<HashMap<String, Reader>>,
}

#[derive(Default)]
struct Guesses {
    made: Vec<Guess>,
    /// Statements whose arguments cannot be told beforehand.
    given_up: HashSet<Arc<str>>,
}

struct Guess {
    sql: Arc<str>,
    args: Vec<Argument>,
    trust: i8,
}

enum Argument {
    /// The value that is known at this place.
    At(usize),
    /// The same for every reader.
    Fixed(Value),
}

impl Foresight {
    /// Who carried this (the digest of a session or token) the last time. Whether they still may is asked in the same reading,
    /// before anything of it is shown.
    pub(crate) fn reader(&self, carried: &str) -> Option<Reader> {
        self.readers.lock().get(carried).cloned()
    }

    /// Remembers who carries this.
    pub(crate) fn remember(&self, carried: &str, reader: &Reader) {
        let mut readers = self.readers.lock();
        if readers.get(carried) == Some(reader) {
            return;
        }
        if readers.len() >= READERS {
            readers.clear();
        }
        readers.insert(carried.to_owned(), reader.clone());
    }

    /// The questions that a reading will probably ask.
    pub(super) fn guess(&self, before: &Beforehand) -> Vec<Question> {
        let kinds = self.kinds.lock();
        let made = kinds.get(&before.kind).map_or(&[][..], |guesses| &guesses.made);
        made.iter().filter_map(|guess| guess.of(before)).collect()
    }

    /// Learns from what a reading asked in the end.
    pub(super) fn learn(&self, before: &Beforehand, answers: &[Answer]) {
        let mut kinds = self.kinds.lock();
        if kinds.len() >= KINDS && !kinds.contains_key(&before.kind) {
            kinds.clear();
        }
        kinds.entry(before.kind.clone()).or_default().learn(before, answers);
    }
}

impl Guesses {
    fn learn(&mut self, before: &Beforehand, answers: &[Answer]) {
        let asked: Vec<&Question> = answers.iter().filter(|a| a.asked).map(|a| &a.question).collect();
        let new: Vec<&Question> =
            asked.iter().copied().filter(|q| !self.made.iter().any(|guess| guess.fits(q, before))).collect();
        for guess in &mut self.made {
            let right = asked.iter().any(|question| guess.fits(question, before));
            let otherwise = new.iter().any(|question| question.sql == guess.sql);
            guess.trust = match (right, otherwise) {
                (true, _) => TRUST.min(guess.trust + 1),
                (false, true) => guess.trust - OTHERWISE,
                (false, false) => guess.trust - 1,
            };
            if guess.trust < 0 && otherwise {
                self.given_up.insert(guess.sql.clone());
            }
        }
        if new.is_empty() {
            self.made.retain(|guess| guess.trust >= 0);
            return;
        }
        let known: HashSet<Arc<str>> = self.made.iter().map(|guess| guess.sql.clone()).collect();
        self.made.retain(|guess| guess.trust >= 0);
        for question in new {
            let open = !self.given_up.contains(&question.sql) && !known.contains(&question.sql);
            let twice = self.made.iter().any(|guess| guess.fits(question, before));
            if open && !twice && self.made.len() < GUESSES {
                self.made.push(Guess::from(question, before));
            }
        }
    }
}

impl Guess {
    fn from(question: &Question, before: &Beforehand) -> Guess {
        // Nothing is no value that a reader brings: it would become a text where a number was missing.
        let brought =
            |arg: &Value| before.values.iter().position(|value| value == arg && *arg != Value::Null);
        let argument = |arg: &Value| match brought(arg) {
            Some(place) => Argument::At(place),
            None => Argument::Fixed(arg.clone()),
        };
        Guess { sql: question.sql.clone(), args: question.args.iter().map(argument).collect(), trust: 0 }
    }

    fn of(&self, before: &Beforehand) -> Option<Question> {
        let args = self.args.iter().map(|arg| arg.value(before).cloned()).collect::<Option<_>>()?;
        Some(Question { sql: self.sql.clone(), args })
    }

    fn fits(&self, question: &Question, before: &Beforehand) -> bool {
        self.sql == question.sql
            && self.args.iter().map(|arg| arg.value(before)).eq(question.args.iter().map(Some))
    }
}

impl Argument {
    fn value<'v>(&'v self, before: &'v Beforehand) -> Option<&'v Value> {
        match self {
            Argument::At(place) => before.values.get(*place),
            Argument::Fixed(value) => Some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;
    use crate::db::known::Known;

    /// A reading by a reader of a matter, which asks these questions; answers what was foreseen of them.
    fn read(foresight: &Foresight, reader: &str, matter: &str, asks: &[(&str, &[Value])]) -> Vec<String> {
        let before = Beforehand { kind: String::from("a page"), values: args![reader, matter].to_vec() };
        let mut known = Known::default();
        for question in foresight.guess(&before) {
            known.foresee(question, Vec::new());
        }
        let mut met = Vec::new();
        for (sql, args) in asks {
            match known.answer(sql, args) {
                Some(_) => met.push((*sql).to_owned()),
                None => known.keep(sql, args, &[]),
            }
        }
        foresight.learn(&before, known.answers());
        met
    }

    fn guessed(foresight: &Foresight) -> usize {
        let before = Beforehand { kind: String::from("a page"), values: args!["x", "y"].to_vec() };
        foresight.guess(&before).len()
    }

    #[test]
    fn what_the_last_reading_asked_is_foreseen_with_the_own_reader_and_subject() {
        let foresight = Foresight::default();
        let asks = |reader: &str, matter: &str| {
            [
                ("case", args![matter].to_vec()),
                ("mine", args![reader, 1_i64, matter].to_vec()),
                ("all", Vec::new()),
            ]
        };
        let page = |reader: &str, matter: &str| {
            let asks = asks(reader, matter);
            let asks: Vec<(&str, &[Value])> = asks.iter().map(|(sql, args)| (*sql, &args[..])).collect();
            read(&foresight, reader, matter, &asks)
        };
        assert!(page("u1", "m1").is_empty());
        assert_eq!(page("u2", "m2"), ["case", "mine", "all"]);
        assert_eq!(page("u1", "m3"), ["case", "mine", "all"]);
    }

    #[test]
    fn what_cannot_be_told_is_given_up_at_once_and_for_good() {
        let foresight = Foresight::default();
        for (nth, name) in ["n1", "n2", "n3", "n1"].into_iter().enumerate() {
            let met = read(&foresight, "u", "m", &[("case", args!["m"]), ("name", args![name])]);
            assert_eq!(met.len(), usize::from(nth > 0), "the name is never met, the case always");
        }
        assert_eq!(guessed(&foresight), 1);
    }

    #[test]
    fn a_few_readings_that_ask_less_or_otherwise_spoil_nothing_and_what_is_asked_no_more_is_dropped() {
        let foresight = Foresight::default();
        let (case, list) = (("case", args!["m"]), ("list", args![0_i64]));
        for _ in 0..20 {
            read(&foresight, "u", "m", &[case, list]);
        }
        read(&foresight, "u", "m", &[("list", args![50_i64])]);
        assert_eq!(read(&foresight, "u", "m", &[case, list]), ["case", "list"]);
        for _ in 0..20 {
            read(&foresight, "u", "m", &[case]);
        }
        assert_eq!(read(&foresight, "u", "m", &[case, list]), ["case"], "and it is asked for again");
        assert_eq!(read(&foresight, "u", "m", &[case, list]), ["case", "list"]);
    }
}
