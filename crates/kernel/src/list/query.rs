//! A list's statements: rows, count and where to go on, from declared parts and arguments.

use serde::Serialize;

use crate::condition::sql::{self, Argument};
use crate::condition::{Comparator, Condition, Constant, Frame, NEVER, Test};
use crate::counters::{Ask, Stamp, Tally};
use crate::db::{Row, Tx, Value};
use crate::error::{Error, Result};
use crate::list::order::Order;
use crate::list::passed::{self, Groups};
use crate::list::plan::{Part, Plan, needed, ranges};
use crate::list::{Asked, ListDef, OrderBy};
use crate::rights::Scope;

/// One page of a list, as every interface gives it.
#[derive(Debug, Clone, Serialize)]
pub struct Listed<T> {
    /// Rows.
    pub items: Vec<T>,
    /// Rows in all, exactly; none where nobody asked.
    pub total: Option<i64>,
    /// Where to go on; none at the end.
    pub next: Option<String>,
}

enum Total {
    Counted,
    Unasked,
}

/// A question to a list, being put together.
pub struct Query<'a> {
    def: &'a ListDef,
    plan: Option<&'static Plan>,
    asked: &'a Asked,
    order: Order,
    parts: Vec<Part>,
    /// The same for counts alone; none once something was asked that they do not know.
    asks: Option<Vec<Ask>>,
    /// Whether a part asks for an instant in another way than "before" and "since".
    moves: bool,
    after: Option<Vec<Value>>,
    total: Total,
    /// Whether rows without a value in the column of the order are read for themselves.
    apart: bool,
}

impl<'a> Query<'a> {
    /// Begins with what the address asked for; give it the reader's scope next.
    pub fn new(def: &'a ListDef, asked: &'a Asked) -> Query<'a> {
        let order = Order::new(asked.order.clone(), &def.key);
        let parts = asked.filters.iter().map(|(filter, value)| match filter.sql.strip_suffix(" = $1") {
            Some(column) if is_column(column) => Part::OneOf(column.to_owned(), vec![value.clone()]),
            _ => Part::Text(format!("({})", filter.sql), vec![value.clone()]),
        });
        let parts = parts.collect();
        let (plan, asks, after) = (None, None, None);
        Query {
            def,
            plan,
            asked,
            order,
            parts,
            asks,
            moves: false,
            after,
            total: Total::Counted,
            apart: false,
        }
    }

    /// Says what is counted of the rows and how they are indexed; first after the beginning.
    #[must_use]
    pub fn on(mut self, plan: &'static Plan) -> Query<'a> {
        self.plan = Some(plan);
        let known = |part: &Part| match part {
            Part::OneOf(column, values) => match values.as_slice() {
                [Value::Text(value)] => Ask::equal(plan.tally, column, value),
                _ => None,
            },
            Part::Text(..) | Part::Ways(_) | Part::Before(..) | Part::Since(..) => None,
        };
        self.asks = self.parts.iter().map(known).collect();
        self
    }

    /// Reads rows that lack what the order asks for apart, behind the others: both then lie along one index on either engine,
    /// which no engine sees for itself in both directions.
    #[must_use]
    pub fn apart(mut self) -> Query<'a> {
        self.apart = true;
        self
    }

    /// Only what the reader reaches.
    #[must_use]
    pub fn scope(mut self, scope: &Scope) -> Query<'a> {
        if scope.goes_by_links() {
            let mut args = Vec::new();
            self.parts.push(Part::Text(scope.condition(&mut args), args));
            self.asks = None;
            return self;
        }
        let Some(ways) = scope.ways() else { return self };
        self.parts.push(Part::Ways(ways.map(|(column, value)| (column, Value::from(value))).collect()));
        self.ask(|tally| Ask::scope(tally, scope))
    }

    /// A further condition with its own `$1, $2, …`.
    #[must_use]
    pub fn and(mut self, sql: &'static str, args: &[Value]) -> Query<'a> {
        self.parts.push(Part::Text(format!("({sql})"), args.to_vec()));
        self.asks = None;
        self
    }

    /// A condition of the pack (a saved queue).
    pub fn when(mut self, condition: &Condition, frame: &Frame<'_>) -> Result<Query<'a>> {
        self.hold(condition, frame)?;
        Ok(self.ask(|tally| Ask::condition(tally, condition, frame)))
    }

    fn hold(&mut self, condition: &Condition, frame: &Frame<'_>) -> Result<()> {
        if let Condition::All(all) = condition {
            return all.iter().try_for_each(|part| self.hold(part, frame));
        }
        if let Condition::Test(Test { fact, comparator, constant }) = condition
            && let (Some(order), Constant::Now { offset_ms, .. }) = (&fact.order, constant)
            && let at @ ..NEVER = frame.now.saturating_add(*offset_ms)
            && let Some(part) = match comparator {
                Comparator::Below => Some(Part::Before(order.clone(), at)),
                Comparator::AtLeast => Some(Part::Since(order.clone(), at)),
                _ => None,
            }
        {
            self.parts.push(part);
            return Ok(());
        }
        let (text, arguments) = sql::fragment(condition, frame, 1)
            .map_err(|e| Error::internal(format!("condition in a list: {}", e.reason)))?;
        let values = arguments.into_iter().map(value).collect();
        let fixed = match condition {
            Condition::Test(Test { fact, comparator: Comparator::Is | Comparator::OneOf, constant }) => {
                // An instant may be compared with another column than its own.
                fact.column.clone().filter(|_| !matches!(constant, Constant::Now { .. }))
            }
            _ => None,
        };
        self.parts.push(match fixed {
            Some(column) => Part::OneOf(column, values),
            None => {
                self.moves |= condition.tests().iter().any(|t| matches!(t.constant, Constant::Now { .. }));
                Part::Text(text, values)
            }
        });
        Ok(())
    }

    fn ask(mut self, ask: impl FnOnce(&Tally) -> Option<Ask>) -> Query<'a> {
        self.asks = self.asks.take().zip(self.plan).and_then(|(mut asks, plan)| {
            asks.push(ask(plan.tally)?);
            Some(asks)
        });
        self
    }

    /// Another order than the address can name (a saved queue's).
    #[must_use]
    pub fn order(mut self, steps: Vec<OrderBy>) -> Query<'a> {
        self.order = Order::new(steps, &self.def.key);
        self
    }

    /// Nobody looks at the total.
    #[must_use]
    pub fn untotalled(mut self) -> Query<'a> {
        self.total = Total::Unasked;
        self
    }

    /// Runs it.
    pub fn page<T>(mut self, tx: &Tx, read: impl Fn(Row) -> Result<T>) -> Result<Listed<T>> {
        self.after = self.asked.next.as_deref().map(|cursor| self.order.values(cursor)).transpose()?;
        let (sql, args) = self.rows_sql();
        let mut rows = tx.query(&sql, &args)?;
        let size = usize::try_from(self.asked.size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        let next = rows.last().filter(|_| more).map(|row| self.order.cursor(row));
        let seen = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let first_and_last = !more && self.after.is_none() && self.asked.page == 1;
        let total = match self.total {
            Total::Unasked => None,
            Total::Counted if first_and_last => Some(seen),
            Total::Counted => Some(self.count(tx)?),
        };
        Ok(Listed { items: rows.into_iter().map(read).collect::<Result<_>>()?, total, next })
    }

    /// How many rows there are, exactly: from what is counted of them where that knows the answer, else along an index.
    pub fn count(mut self, tx: &Tx) -> Result<i64> {
        if let Some((asks, plan)) = self.asks.take().zip(self.plan) {
            return tx.tally(plan.tally, &Ask::All(asks));
        }
        match self.kept(tx, None)? {
            Some(groups) => Ok(groups.values().sum()),
            None => {
                let (sql, args) = self.count_sql();
                tx.number(&sql, &args)
            }
        }
    }

    /// What this process has counted already: of a question about no time, about what is before an instant, or about what lies
    /// between two.
    fn kept(&self, tx: &Tx, column: Option<&'static str>) -> Result<Option<Groups>> {
        let Some(plan) = self.plan.filter(|_| tx.is_reading() && !self.moves) else { return Ok(None) };
        let is_timed = |part: &Part| matches!(part, Part::Before(..) | Part::Since(..));
        let (timed, parts): (Vec<Part>, Vec<Part>) = needed(&self.parts).into_iter().partition(is_timed);
        let stamp = tx.stamp(plan.tally)?;
        let before = |order: &str, at: i64| self.kept_before(tx, stamp, &parts, column, order, at);
        match timed.as_slice() {
            [] => {
                let (text, args) = self.groups_sql(&parts, column);
                passed::standing(tx, stamp, &format!("{text} {args:?}"), || self.groups(tx, &parts, column))
                    .map(Some)
            }
            [Part::Before(order, at)] => before(order, *at).map(Some),
            [Part::Since(order, from), Part::Before(same, to)]
            | [Part::Before(same, to), Part::Since(order, from)]
                if order == same && from <= to =>
            {
                let mut groups = before(order, *to)?;
                for (value, n) in before(order, *from)? {
                    *groups.entry(value).or_default() -= n;
                }
                groups.retain(|_, n| *n != 0);
                Ok(Some(groups))
            }
            _ => Ok(None),
        }
    }

    fn kept_before(
        &self,
        tx: &Tx,
        stamp: Stamp,
        parts: &[Part],
        column: Option<&'static str>,
        order: &str,
        at: i64,
    ) -> Result<Groups> {
        let (text, args) = self.groups_sql(parts, column);
        let question = format!("{text} {args:?} {order} {}", at - tx.ctx().now);
        let with = |more: Part| parts.iter().cloned().chain([more]).collect::<Vec<_>>();
        let count = |to| self.groups(tx, &with(Part::Before(order.to_owned(), to)), column);
        let between = |from, to| {
            let mut parts = with(Part::Before(order.to_owned(), to));
            parts.push(Part::Text(format!("{order} >= $1"), vec![Value::Int(from)]));
            self.instants(tx, &parts, column, order)
        };
        passed::before(tx, stamp, &question, at, count, between)
    }

    /// The instants of a column, each with the value of the column that is counted by.
    fn instants(
        &self,
        tx: &Tx,
        parts: &[Part],
        column: Option<&'static str>,
        order: &str,
    ) -> Result<Vec<(i64, Option<String>)>> {
        let (conditions, args) = wherever(parts);
        let value = column.map_or(String::from("''"), |column| format!("{column} || ''"));
        let sql = format!(
            "SELECT {order} AS instant, {value} AS value FROM {}{conditions} ORDER BY {order}",
            self.def.from
        );
        let value = |row: &Row| column.map_or(Ok(None), |_| row.get("value"));
        tx.query(&sql, &args)?.iter().map(|row| Ok((row.get("instant")?, value(row)?))).collect()
    }

    fn groups(&self, tx: &Tx, parts: &[Part], column: Option<&'static str>) -> Result<Groups> {
        let (sql, args) = self.groups_sql(parts, column);
        let rows = tx.query(&sql, &args)?;
        let value = |row: &Row| column.map_or(Ok(None), |_| row.get("value"));
        rows.iter().map(|row| Ok((value(row)?, row.get("number")?))).collect()
    }

    /// The statement that counts by the value of a column. The value is wrapped, lest an engine run through a whole index for
    /// having the groups in order.
    fn groups_sql(&self, parts: &[Part], column: Option<&'static str>) -> (String, Vec<Value>) {
        let (conditions, args) = wherever(parts);
        let from = &self.def.from;
        let sql = match column {
            None => format!("SELECT COUNT(*) AS number FROM {from}{conditions}"),
            Some(column) => format!(
                "SELECT {column} || '' AS value, COUNT(*) AS number FROM {from}{conditions} GROUP BY {column} || ''"
            ),
        };
        (sql, args)
    }

    /// Whether what is counted all the time knows how many rows there are.
    pub fn knows_its_count(&self) -> bool {
        self.asks.is_some()
    }

    /// How many rows there are for each value of a column, the most first.
    pub fn count_by(self, tx: &Tx, column: &'static str) -> Result<Vec<(Option<String>, i64)>> {
        let groups = match self.kept(tx, Some(column))? {
            Some(groups) => groups,
            None => self.groups(tx, &needed(&self.parts), Some(column))?,
        };
        let mut groups: Vec<_> = groups.into_iter().collect();
        // Those without a value come last among equals.
        groups.sort_by(|(a, n), (b, m)| m.cmp(n).then_with(|| (a.is_none(), a).cmp(&(b.is_none(), b))));
        Ok(groups)
    }

    /// How many different values a column has that each row may have several of; the join brings them.
    pub fn count_several(&self, tx: &Tx, join: &'static str, column: &'static str) -> Result<i64> {
        let (sql, args) = self.count_several_sql(join, column);
        tx.number(&sql, &args)
    }

    /// Its statement; a test looks at how it is answered.
    pub fn count_several_sql(&self, join: &'static str, column: &'static str) -> (String, Vec<Value>) {
        let (conditions, args) = wherever(&needed(&self.parts));
        (format!("SELECT COUNT(DISTINCT {column}) FROM {} {join}{conditions}", self.def.from), args)
    }

    /// The statement that counts by the value of a column; a test looks at how it is answered.
    pub fn count_by_sql(&self, column: &'static str) -> (String, Vec<Value>) {
        self.groups_sql(&needed(&self.parts), Some(column))
    }

    pub(super) fn after_sample(mut self) -> Query<'a> {
        self.after = Some(self.order.sample());
        self
    }

    /// The rows' statement; one more row than asked for tells whether there is more.
    pub fn rows_sql(&self) -> (String, Vec<Value>) {
        let parts = needed(&self.parts);
        let ranges = self.plan.zip(self.order.single()).and_then(|(plan, order)| ranges(plan, &parts, order));
        let halves = self.halves(&parts);
        let ranges = ranges.or(halves);
        let def = self.def;
        let (size, offset) = (self.asked.size + 1, self.offset());
        if let Some(ranges) = ranges {
            let (found, args) = self.merged(&ranges, size, offset);
            let sql = format!(
                "SELECT {}{} FROM ({found}) found CROSS JOIN {} {} WHERE {} = found.place ORDER BY {}",
                def.select,
                self.order.columns(),
                def.from,
                def.joins,
                def.key,
                self.order.clause(),
            );
            return (sql, args);
        }
        let (conditions, mut args) = self.wherever(&parts);
        args.extend([Value::Int(size), Value::Int(offset)]);
        let sql = format!(
            "SELECT {}{} FROM {} {}{conditions} ORDER BY {} LIMIT ${} OFFSET ${}",
            def.select,
            self.order.columns(),
            def.from,
            def.joins,
            self.order.clause(),
            args.len() - 1,
            args.len()
        );
        (sql, args)
    }

    /// Those that have what the order asks for, and those that lack it.
    fn halves(&self, parts: &[Part]) -> Option<Vec<Vec<Part>>> {
        let column = self.order.single_that_may_lack().filter(|_| self.apart)?;
        let half = |word: &str| {
            let own = Part::Text(format!("{column} IS {word}"), Vec::new());
            parts.iter().cloned().chain([own]).collect()
        };
        Some(vec![half("NOT NULL"), half("NULL")])
    }

    fn offset(&self) -> i64 {
        if self.after.is_some() { 0 } else { (self.asked.page - 1) * self.asked.size }
    }

    /// The first keys of each range in order, then the first of all.
    fn merged(&self, ranges: &[Vec<Part>], size: i64, offset: i64) -> (String, Vec<Value>) {
        let mut args = vec![Value::Int(size + offset), Value::Int(size), Value::Int(offset)];
        let lacking = self.order.single_that_may_lack();
        let order = lacking.or(self.order.single()).unwrap_or(&self.def.key);
        let last = if lacking.is_some() { " NULLS LAST" } else { "" };
        let way = if self.order.descends() { " DESC" } else { "" };
        let one = |(nth, range): (usize, &Vec<Part>)| {
            let mut conditions: Vec<String> = range.iter().map(|part| part.sql(&mut args)).collect();
            if let Some(values) = &self.after {
                conditions.push(self.order.after(values, &mut args));
            }
            format!(
                "SELECT * FROM (SELECT {} AS place, {order} AS step FROM {} WHERE {} ORDER BY {} LIMIT $1) range_{nth}",
                self.def.key,
                self.def.from,
                conditions.join(" AND "),
                self.order.clause_of_known(),
            )
        };
        let found: Vec<String> = ranges.iter().enumerate().map(one).collect();
        let found = found.join(" UNION ALL ");
        (format!("{found} ORDER BY step{way}{last}, place{way} LIMIT $2 OFFSET $3"), args)
    }

    /// The count's statement.
    pub fn count_sql(&self) -> (String, Vec<Value>) {
        let (conditions, args) = wherever(&needed(&self.parts));
        (format!("SELECT COUNT(*) FROM {}{conditions}", self.def.from), args)
    }

    fn wherever(&self, parts: &[Part]) -> (String, Vec<Value>) {
        let (mut conditions, mut args) = wherever(parts);
        if let Some(values) = &self.after {
            conditions.push_str(if conditions.is_empty() { " WHERE " } else { " AND " });
            let after = self.order.after(values, &mut args);
            conditions.push_str(&after);
        }
        (conditions, args)
    }
}

fn value(argument: Argument) -> Value {
    match argument {
        Argument::Flag(truth) => Value::Bool(truth),
        Argument::Text(text) | Argument::Date(text) => Value::Text(text),
        Argument::Number(number) | Argument::Instant(number) => Value::Int(number),
    }
}

/// Whether a text names a column and nothing else.
fn is_column(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.')
}

fn wherever(parts: &[Part]) -> (String, Vec<Value>) {
    let mut args = Vec::new();
    let conditions: Vec<String> = parts.iter().map(|part| part.sql(&mut args)).collect();
    let text =
        if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    (text, args)
}

/// Moves every `$n` by so many places.
pub(super) fn shifted(sql: &str, by: usize) -> String {
    let mut parts = sql.split('$');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        match number.parse::<usize>() {
            Ok(n) => out.push_str(&format!("${}{rest}", n + by)),
            Err(_) => out.push_str(&format!("${part}")),
        }
    }
    out
}
