//! An association as the journal names it.

use huitong_codes::{Uscc, industry};
use huitong_kernel::journal::Kept;
use huitong_kernel::{Result, Tx};

use super::model::Status;
use super::store;
use crate::base::journal::{Described, Seen, Subject, named};

/// Associations of the register.
pub struct AssociationSubject;

impl Subject for AssociationSubject {
    fn kind(&self) -> &str {
        "association"
    }

    fn label(&self) -> &str {
        "协会"
    }

    fn describe(&self, tx: &Tx, id: &str) -> Result<Option<Described>> {
        named(id, Some("/orgs/"), |id| Ok(store::find(tx, id)?.map(|a| a.name)))
    }

    fn find(&self, tx: &Tx, typed: &str) -> Result<Option<String>> {
        let uscc = Uscc::parse(typed).ok();
        let by_code = uscc.map(|u| store::by_uscc(tx, &u)).transpose()?.flatten();
        let found = match by_code {
            Some(found) => Some(found),
            None => store::by_name(tx, typed)?.into_iter().next(),
        };
        Ok(found.map(|a| a.id.to_string()))
    }

    fn fields(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("uscc", "统一社会信用代码"),
            ("name", "名称"),
            ("management_type", "管理类型"),
            ("status", "状态"),
            ("founded_on", "成立日期"),
            ("term_ends_on", "本届任期至"),
            ("industries", "所属行业"),
            ("member_count", "会员数"),
            ("scope", "业务范围"),
            ("title", "职务"),
            ("from_on", "自"),
            ("until_on", "至"),
        ]
    }

    fn meaning(&self, tx: &Tx, _: &Kept, field: &str, text: &str) -> Option<String> {
        match field {
            "management_type" => Some(tx.ctx().pack().ok()?.association_type(text)?.name.clone()),
            "status" => Status::parse(text).map(|status| status.label().to_owned()),
            "industries" => industry::find(text).map(|industry| industry.name.to_owned()),
            _ => None,
        }
    }

    fn seen(&self, _: &Tx, _: &str) -> Result<Seen> {
        Ok(Seen::Public)
    }
}
