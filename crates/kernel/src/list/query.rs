//! A list's statements: rows, count and where to go on, from declared parts and arguments.

use serde::Serialize;

use crate::condition::sql::{self, Argument};
use crate::condition::{Condition, Frame};
use crate::db::{Row, Tx, Value};
use crate::error::{Error, Result};
use crate::list::order::Order;
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
    Known(i64),
    Unasked,
}

/// A question to a list, being put together.
pub struct Query<'a> {
    def: &'a ListDef,
    asked: &'a Asked,
    order: Order,
    conditions: Vec<String>,
    args: Vec<Value>,
    after: Option<Vec<Value>>,
    total: Total,
}

impl<'a> Query<'a> {
    /// Begins with what the address asked for; give it the reader's scope next.
    pub fn new(def: &'a ListDef, asked: &'a Asked) -> Query<'a> {
        let order = Order::new(asked.order.clone(), &def.key);
        let (conditions, args) = (Vec::new(), Vec::new());
        let mut query = Query { def, asked, order, conditions, args, after: None, total: Total::Counted };
        for (filter, value) in &asked.filters {
            query.narrow(&filter.sql, std::slice::from_ref(value));
        }
        query
    }

    /// Only what the reader reaches.
    #[must_use]
    pub fn scope(mut self, scope: &Scope) -> Query<'a> {
        if !scope.is_all() {
            let condition = scope.condition(&mut self.args);
            self.conditions.push(condition);
        }
        self
    }

    /// A further condition with its own `$1, $2, …`.
    #[must_use]
    pub fn and(mut self, sql: &'static str, args: &[Value]) -> Query<'a> {
        self.narrow(sql, args);
        self
    }

    fn narrow(&mut self, sql: &str, args: &[Value]) {
        self.conditions.push(format!("({})", shifted(sql, self.args.len())));
        self.args.extend_from_slice(args);
    }

    /// A condition of the pack (a saved queue).
    pub fn when(mut self, condition: &Condition, frame: &Frame<'_>) -> Result<Query<'a>> {
        let (text, args) = sql::fragment(condition, frame, self.args.len() + 1)
            .map_err(|e| Error::internal(format!("condition in a list: {}", e.reason)))?;
        self.conditions.push(text);
        self.args.extend(args.into_iter().map(|argument| match argument {
            Argument::Flag(truth) => Value::Bool(truth),
            Argument::Text(text) | Argument::Date(text) => Value::Text(text),
            Argument::Number(number) | Argument::Instant(number) => Value::Int(number),
        }));
        Ok(self)
    }

    /// Another order than the address can name (a saved queue's).
    #[must_use]
    pub fn order(mut self, steps: Vec<OrderBy>) -> Query<'a> {
        self.order = Order::new(steps, &self.def.key);
        self
    }

    /// The exact total, where a maintained counter knows it.
    #[must_use]
    pub fn total(mut self, known: i64) -> Query<'a> {
        self.total = Total::Known(known);
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
            Total::Known(known) => Some(known),
            Total::Unasked => None,
            Total::Counted if first_and_last => Some(seen),
            Total::Counted => {
                let (sql, args) = self.count_sql();
                Some(tx.number(&sql, &args)?)
            }
        };
        Ok(Listed { items: rows.into_iter().map(read).collect::<Result<_>>()?, total, next })
    }

    /// How many rows there are, exactly.
    pub fn count(self, tx: &Tx) -> Result<i64> {
        let (sql, args) = self.count_sql();
        tx.number(&sql, &args)
    }

    /// How many rows there are for each value of a column, the most first.
    pub fn count_by(self, tx: &Tx, column: &'static str) -> Result<Vec<(Option<String>, i64)>> {
        let sql = format!(
            "SELECT {column} AS value, COUNT(*) AS number FROM {}{} GROUP BY {column} ORDER BY COUNT(*) DESC, {column}",
            self.def.from,
            wherever(&self.conditions)
        );
        let rows = tx.query(&sql, &self.args)?;
        rows.iter().map(|row| Ok((row.get("value")?, row.get("number")?))).collect()
    }

    pub(super) fn after_sample(mut self) -> Query<'a> {
        self.after = Some(self.order.sample());
        self
    }

    /// The rows' statement; one more row than asked for tells whether there is more.
    pub fn rows_sql(&self) -> (String, Vec<Value>) {
        let def = self.def;
        let mut args = self.args.clone();
        let mut conditions = self.conditions.clone();
        if let Some(values) = &self.after {
            conditions.push(self.order.after(values, &mut args));
        }
        let offset = if self.after.is_some() { 0 } else { (self.asked.page - 1) * self.asked.size };
        args.extend([Value::Int(self.asked.size + 1), Value::Int(offset)]);
        let sql = format!(
            "SELECT {}{} FROM {} {}{} ORDER BY {} LIMIT ${} OFFSET ${}",
            def.select,
            self.order.columns(),
            def.from,
            def.joins,
            wherever(&conditions),
            self.order.clause(),
            args.len() - 1,
            args.len()
        );
        (sql, args)
    }

    /// The count's statement.
    pub(super) fn count_sql(&self) -> (String, Vec<Value>) {
        let sql = format!("SELECT COUNT(*) FROM {}{}", self.def.from, wherever(&self.conditions));
        (sql, self.args.clone())
    }
}

fn wherever(conditions: &[String]) -> String {
    if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) }
}

/// Moves every `$n` by so many places.
fn shifted(sql: &str, by: usize) -> String {
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
