//! What sentences, notices and reply templates may say of a case beside what they may say of every matter.

use huitong_kernel::clock::{civil_date, day_text};
use huitong_kernel::deadline::due_text;
use huitong_kernel::{Result, Tx};

use super::model::Appeal;
use super::policy;
use crate::base::matters::Rules;
use crate::base::matters::sentences::{self, Facts};

/// Placeholders with their values.
pub fn facts(tx: &Tx, rules: Rules<'_>, appeal: &Appeal) -> Result<Facts> {
    let mut facts = sentences::of_spine(tx, appeal)?;
    let category = appeal.category.as_deref().and_then(|c| policy::of(rules.pack).category_path(c));
    let channel = rules.pack.label("appeal_source", &appeal.source);
    let on = civil_date(appeal.began_at);
    let due = appeal.answer_due_at.or(appeal.due_at);
    let own = [
        ("title", appeal.title.clone()),
        ("kind", appeal.kind.clone()),
        ("channel", channel.unwrap_or(&appeal.source).to_owned()),
        ("category", category.unwrap_or_default()),
        ("complainant", String::from("诉求人")),
        ("due", due.map(|due| due_text(due, tx.ctx().now)).unwrap_or_default()),
        ("submitted_on", day_text(on)),
    ];
    facts.extend(own.map(|(key, value)| (key.to_owned(), value)));
    Ok(facts)
}

/// The placeholders that only appeals have.
pub const PLACEHOLDERS: &[(&str, &str)] = &[
    ("title", "诉求标题"),
    ("kind", "诉求类型"),
    ("channel", "受理渠道"),
    ("category", "诉求分类"),
    ("complainant", "诉求人称呼"),
    ("submitted_on", "提交日期"),
];
