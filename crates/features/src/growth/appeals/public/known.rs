//! What is known of whoever fills in a form, so that nobody types what the city already has.

use huitong_kernel::ctx::{Ctx, OfficeKind, Post};
use huitong_kernel::http::page::Fact;
use huitong_kernel::{Id, Result, Tx};

use crate::base::associations::{self, Association};
use crate::base::duty::{self, AppealAnswer};
use crate::base::identity;
use crate::growth::appeals::model::BODY;

/// The kind of link whose unit is shown first (key of the pack).
const MAIN_DEPARTMENT: &str = "industry_department_main";

/// The fact that says whom to contact.
const CONTACT: &str = "联系人";

/// Where the name and the code of a company are known from.
const FROM_POST: &str = "来自您登录的账号";

/// Whoever fills in a form.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Whether somebody is signed in: then nobody can be anonymous.
    pub signed_in: bool,
    /// The association or company spoken for.
    pub post: Option<Post>,
    /// What is filled in already, with the paper it rests on.
    pub facts: Vec<Fact>,
    /// Name of the person to contact.
    pub contact_name: String,
    /// Telephone of the person to contact.
    pub contact_phone: String,
    /// Who will probably answer.
    pub answer: Option<AppealAnswer>,
}

impl Known {
    /// `association`, `company` or `individual`, as limits ask for it.
    pub fn complainant_kind(&self) -> &'static str {
        match self.post.as_ref().map(|p| p.kind) {
            Some(OfficeKind::Association) => "association",
            Some(OfficeKind::Company) => "company",
            _ => "individual",
        }
    }

    /// Fields of the form that are filled in by what is known.
    pub fn fields(&self) -> &'static [&'static str] {
        if self.post.is_some() { &BODY } else { &[] }
    }

    /// Says whom to contact as the form says it by now; without a name and a number the fact is left out.
    pub fn contact(&mut self, name: &str, phone: &str) {
        let contact = [name.trim(), phone.trim()].join(" ");
        for fact in self.facts.iter_mut().filter(|f| f.label == CONTACT) {
            contact.trim().clone_into(&mut fact.value);
        }
        self.facts.retain(|f| !f.value.is_empty());
    }

    /// Looks up who asks.
    pub fn of(tx: &Tx) -> Result<Known> {
        let ctx = tx.ctx();
        let Some(user) = ctx.user() else { return Ok(Known::default()) };
        let account = identity::account(tx, user)?;
        let mut known = Known {
            signed_in: true,
            contact_name: ctx.actor_name().to_owned(),
            contact_phone: account.and_then(|a| a.phone).unwrap_or_default(),
            post: speaks_for(ctx).cloned(),
            ..Known::default()
        };
        match known.post.clone() {
            Some(post) if post.kind == OfficeKind::Association => known.association(tx, &post)?,
            Some(post) => {
                let of_post = |label: &str, value| Fact { below: FROM_POST.into(), ..fact(label, value) };
                known.facts.push(of_post("单位名称", post.office_name));
                known.facts.push(of_post("统一社会信用代码", post.office));
            }
            None => {}
        }
        if known.post.is_some() {
            let contact = [known.contact_name.as_str(), known.contact_phone.as_str()].join(" ");
            known.facts.push(fact(CONTACT, contact.trim().to_owned()));
        }
        Ok(known)
    }

    fn association(&mut self, tx: &Tx, post: &Post) -> Result<()> {
        let Some(id) = Id::<Association>::parse(&post.office) else { return Ok(()) };
        let today = tx.ctx().today();
        let Some(association) = associations::find(tx, &id)? else { return Ok(()) };
        self.facts.push(fact("协会名称", association.name));
        self.facts.push(fact("统一社会信用代码", association.uscc.to_string()));
        if self.contact_phone.is_empty() {
            let people = associations::people(tx, &id, today)?;
            let me = people.into_iter().find(|p| p.user.as_ref() == tx.ctx().user());
            self.contact_phone = me.and_then(|p| p.phone).unwrap_or_default();
        }
        let pack = tx.ctx().pack()?;
        let title = pack.link_kind(MAIN_DEPARTMENT).map_or("", |k| k.title.as_str());
        if let Some(held) = duty::held(tx, &id, today)?.into_iter().find(|h| h.title == title) {
            let (value, basis) = match (held.units.into_iter().next(), held.gap) {
                (Some(unit), _) => (unit.unit_name, unit.paper),
                (None, Some(gap)) => (gap.words, String::new()),
                (None, None) => (String::new(), String::new()),
            };
            self.facts.push(Fact { basis, ..fact("主要行业管理部门", value) });
        }
        self.answer = Some(duty::answers_appeal(tx, &id, today)?);
        Ok(())
    }
}

fn fact(label: &str, value: String) -> Fact {
    Fact { label: label.to_owned(), value, ..Fact::default() }
}

/// The association or company in whose name the actor may hand something in.
fn speaks_for(ctx: &Ctx) -> Option<&Post> {
    let right = ctx.may("appeal.submit")?;
    right.through.into_iter().filter_map(|t| t.post).find(|p| p.kind != OfficeKind::Unit)
}
