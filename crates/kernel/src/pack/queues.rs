//! Saved queues: who sees which cases first, as conditions over columns.

use super::conditions;
use super::desk::{Desk, Ref};
use super::items::ItemKind;
use super::source::Source;
use super::table::Tab;
use crate::condition::{self, Condition, FactDef};

/// A saved queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Queue {
    /// `to_sign`.
    pub key: String,
    /// 待处理.
    pub title: String,
    /// Keys of the roles that see it, in the order of their tabs.
    pub roles: Vec<String>,
    /// Which cases stand in it; all its facts have columns.
    pub when: Condition,
    /// How they are ordered.
    pub order: Vec<Order>,
    /// Said when nothing stands in it.
    pub empty: String,
    /// Whether its count is something the reader must do.
    pub duty: bool,
    /// Whether it holds what is overdue: its count is red, and who sees the whole city is told where it lies.
    pub late: bool,
    /// The act that its rows wait for: its verb stands on the desk.
    pub act: Option<String>,
    /// The fact that says until when; a row without it has no date.
    pub due: Option<String>,
    /// Where this comes from.
    pub source: Source,
}

/// One column of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The fact's key.
    pub fact: String,
    /// Its column.
    pub column: String,
    /// Greatest first.
    pub descending: bool,
}

/// Reads `[queues]`.
pub(super) fn read(tab: &Tab<'_>, facts: &[FactDef]) -> Vec<Queue> {
    tab.entries("queues").into_iter().map(|(key, queue)| one(tab.desk, key, &queue, facts)).collect()
}

fn one(desk: &Desk, key: String, tab: &Tab<'_>, facts: &[FactDef]) -> Queue {
    desk.define(Ref::QUEUE, &key, &tab.at(""));
    let when = conditions::when(tab, facts);
    conditions::must_have_columns(tab, &when);
    let roles = tab.refer_all("roles", Ref::ROLE);
    if roles.is_empty() {
        desk.say(&tab.at("roles"), "没有写给谁看", "请补上 roles = [\"handler\"]");
    }
    let queue = Queue {
        title: tab.text("title"),
        order: order(tab, facts),
        empty: tab.text("empty"),
        duty: tab.flag("duty"),
        late: tab.flag("late"),
        act: tab.maybe_refer("act", Ref::STEP),
        due: tab.maybe_refer("due", Ref::FACT),
        source: tab.source(),
        key,
        roles,
        when,
    };
    let summary = format!("{}。给：{}", condition::words::sentence(&queue.when), queue.roles.join("、"));
    desk.item(ItemKind::setting("队列"), &queue.key, &queue.title, &queue.source, summary, &tab.at(""));
    queue
}

fn order(tab: &Tab<'_>, facts: &[FactDef]) -> Vec<Order> {
    let names = tab.texts("order");
    if names.is_empty() {
        tab.desk.say(
            &tab.at("order"),
            "没有写排序",
            "请补上 order = [\"due_at\"]；倒序在前面加减号 \"-due_at\"",
        );
    }
    let orders = names.iter().filter_map(|name| {
        let plain = name.trim_start_matches('-');
        let (fact, column) = conditions::order_fact(tab, plain, facts)?;
        Some(Order { fact, column, descending: name.starts_with('-') })
    });
    orders.collect()
}
