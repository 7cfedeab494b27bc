//! Decisions on a case without any IO: conditions, who may answer, who may see the person.

use huitong_kernel::Ctx;

use super::model::Appeal;
use super::policy::ReplyTemplate;
use crate::base::matters::KEYS;
use crate::base::units::Unit;

/// Whether everything is there that a case needs to be taken on.
pub fn complete(appeal: &Appeal) -> bool {
    // What another system registered under its own number is reached through that system.
    let reachable = appeal.anonymous() || appeal.contact_phone.is_some() || appeal.source_number.is_some();
    !appeal.title.trim().is_empty() && !appeal.text.trim().is_empty() && reachable
}

/// The first blank of a reply template (`【情况】`) that a reply still has; nobody outside may read one.
pub fn left_blank<'p>(templates: &'p [ReplyTemplate], text: &str) -> Option<&'p str> {
    let blanks = templates.iter().flat_map(|template| {
        template.text.split('【').skip(1).filter_map(|rest| rest.split_once('】')).map(|(blank, _)| blank)
    });
    let mut left = blanks.filter(|blank| text.contains(&format!("【{blank}】")));
    left.next()
}

/// Whether the reader holds office in the unit or association that a case complains of.
pub fn complained_of(ctx: &Ctx, appeal: &Appeal) -> bool {
    ctx.posts().iter().any(|p| appeal.about.as_deref() == Some(p.office.as_str()))
}

/// Why a unit cannot be made responsible for a case; nothing where it can.
pub fn cannot_be_given(unit: &Unit, appeal: &Appeal) -> Option<String> {
    if !unit.active {
        return Some(format!("{}已停用，不能派给它", unit.name));
    }
    if appeal.about.as_deref() == Some(unit.id.as_str()) {
        return Some(format!("{}是被反映的单位，不能派给它", unit.name));
    }
    if appeal.desk_unit.as_ref() == Some(&unit.id) {
        return Some(format!("这件诉求已经在{}，请选择其他单位", unit.name));
    }
    None
}

/// What a reader learns of the person behind a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Their own case: everything.
    Own,
    /// Masked, and may be shown in full with a reason; each look is recorded.
    MayReveal,
    /// Masked, and stays so.
    Masked,
    /// Not a trace: the person asked for it, or the reader is complained of.
    Hidden,
}

/// Decides what a reader learns of the person. Intake and the assigned handler may look behind confidentiality; whoever
/// holds office in the unit or association complained of never does, whatever the role.
pub fn sight(ctx: &Ctx, appeal: &Appeal) -> Sight {
    if appeal.anonymous() || complained_of(ctx, appeal) {
        return Sight::Hidden;
    }
    let me = ctx.user().map(|u| u.as_str());
    let mine = |column: &str| appeal.spine.key(column);
    if me.is_some() && mine("owner_user") == me {
        return Sight::Own;
    }
    let enough = ctx.may("appeal.view_identity").is_some_and(|right| right.scope(&KEYS).admits(&mine));
    match (enough, appeal.confidential()) {
        (true, _) => Sight::MayReveal,
        (false, true) => Sight::Hidden,
        (false, false) => Sight::Masked,
    }
}
