//! What rules may ask about a case: the declared facts, and their values for one case.

use huitong_kernel::condition::{FactDef, Facts, Value};

use super::model::Appeal;

/// The facts that conditions of the pack may name; those with a column may stand in queues.
pub fn declared() -> Vec<FactDef> {
    vec![
        FactDef::choice_of("state", "办理状态", "states").column("state"),
        FactDef::choice_of("kind", "诉求类型", super::policy::KIND_LIST).column("kind"),
        FactDef::choice_of("category", "诉求分类", super::policy::ALL_CATEGORIES).column("category"),
        FactDef::choice_of("disclosure", "身份公开方式", "disclosure").column("disclosure"),
        FactDef::choice_of("complainant_kind", "诉求人类别", "complainant_kind").column("complainant_kind"),
        FactDef::choice_of("source", "受理渠道", "appeal_source").column("source"),
        FactDef::flag("verified", "已核验身份").column("verified"),
        FactDef::flag("has_phone", "留有联系电话"),
        FactDef::flag("review_approved", "答复已审核同意").column("approved"),
        FactDef::choice_of("solved", "评价是否解决", "solved").column("solved"),
        FactDef::unit("responsible_unit", "承办单位").column("unit"),
        FactDef::unit("dispatched_unit", "派往的单位").column("desk_unit"),
        FactDef::person("handler", "经办人").column("assignee"),
        FactDef::instant("submitted_at", "提交时间").column("began_at"),
        FactDef::instant("due_at", "到期时间").column("due_at").ordered_by("due_order"),
        FactDef::instant("answered_at", "答复时间").column("answered_at"),
        FactDef::instant("closed_at", "办结时间").column("closed_at"),
        FactDef::instant("updated_at", "更新时间").column("updated_at"),
    ]
}

impl Facts for Appeal {
    fn fact(&self, key: &str) -> Option<Value> {
        let text = |v: &str| Some(Value::Text(v.to_owned()));
        let id = |v: &Option<crate::base::units::UnitId>| v.as_ref().map(|u| Value::Text(u.to_string()));
        match key {
            "state" => text(&self.state),
            "kind" => text(&self.kind),
            "category" => self.category.clone().map(Value::Text),
            "disclosure" => text(&self.disclosure),
            "complainant_kind" => text(&self.complainant_kind),
            "source" => text(&self.source),
            "verified" => Some(Value::Flag(self.verified)),
            "has_phone" => Some(Value::Flag(self.contact_phone.is_some())),
            "review_approved" => Some(Value::Flag(self.approved)),
            "solved" => self.solved.clone().map(Value::Text),
            "responsible_unit" => id(&self.unit),
            "dispatched_unit" => id(&self.desk_unit),
            "handler" => self.assignee.clone().map(Value::Text),
            "submitted_at" => Some(Value::Instant(self.began_at)),
            "due_at" => self.due_at.map(Value::Instant),
            "answered_at" => self.answered_at.map(Value::Instant),
            "closed_at" => self.closed_at.map(Value::Instant),
            "updated_at" => Some(Value::Instant(self.updated_at)),
            _ => None,
        }
    }
}

impl Appeal {
    /// Whether an instant was remembered before.
    pub(super) fn facts_noted(&self, name: &str) -> bool {
        let at = match name {
            "accepted_at" => self.accepted_at,
            "dispatched_at" => self.dispatched_at,
            "signed_at" => self.signed_at,
            "contacted_at" => self.contacted_at,
            "replied_at" => self.replied_at,
            "answered_at" => self.answered_at,
            _ => None,
        };
        at.is_some()
    }
}
