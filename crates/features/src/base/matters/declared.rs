//! What conditions may ask of every matter of the pack, and the columns in which lists find what its fields say.

use huitong_kernel::condition::FactDef;
use huitong_kernel::pack::{Control, Field, StandsFor};

/// The facts that every matter has, whatever its definition; those with a column may stand in queues.
pub fn declared() -> Vec<FactDef> {
    vec![
        FactDef::choice_of("state", "办理状态", "states").column("state"),
        FactDef::text("kind", "分类").column("kind"),
        FactDef::unit("unit", "承办单位").column("unit"),
        FactDef::unit("desk_unit", "现在所在单位").column("desk_unit"),
        FactDef::person("assignee", "经办人").column("assignee"),
        FactDef::person("owner", "提出人").column("owner_user"),
        FactDef::instant("began_at", "提出时间").column("began_at"),
        FactDef::instant("due_at", "到期时间").column("due_at").ordered_by("due_order"),
        FactDef::instant("closed_at", "办结时间").column("closed_at"),
        FactDef::instant("updated_at", "更新时间").column("updated_at"),
        FactDef::text("number", "编号").column("number"),
        FactDef::text("name", "名称").column("title"),
    ]
}

/// The column in which lists find what a field says: that which it stands for, else a look at its fact.
pub fn column(field: &Field) -> Option<String> {
    let stands = field.stands_for.map(|stands| match stands {
        StandsFor::Association => "association",
        StandsFor::Unit => "unit",
        StandsFor::Assignee => "assignee",
        StandsFor::Kind => "kind",
        StandsFor::Day => "day",
        StandsFor::OtherUnit => "next_unit",
        StandsFor::Amount => "amount",
        StandsFor::Validity => "from_on",
    });
    if let Some(column) = stands {
        return Some(column.to_owned());
    }
    let value = match field.control {
        Control::Integer | Control::Score => "number",
        Control::Date => "day",
        _ => "text",
    };
    let single = field.indexed && !field.several && field.control != Control::Many;
    single.then(|| {
        let key = &field.key;
        format!(
            "(SELECT f.{value} FROM matter_facts f WHERE f.matter = a.id AND f.fact = '{key}' AND f.nth = 0)"
        )
    })
}
