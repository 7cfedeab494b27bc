//! The responsibility relation (责任关系): links between associations and units, and who answers for which duty.

mod acts;
mod interface;
mod links;
mod lookup;
mod model;
mod pages;
mod reach;
mod relation;
mod rules;
mod store;
mod subject;
#[cfg(test)]
mod tests;

pub use acts::{EndLink, NewLink, add, end};
pub use links::{Kept, Linked, of_association};
pub use lookup::{by_key, by_words};
pub use model::{Answer, AppealAnswer, Gap, GapKind, Link, LinkId, Responsible};
pub use reach::{answering, reach};
pub use relation::{Held, answers, answers_appeal, duty_list, held};
pub use store::find;

use huitong_kernel::capability::Capability;
use huitong_kernel::pack::{Needed, Vocabulary, needs, words};

use crate::base::journal::Kind;
use crate::base::places::{self, Side, place, under};

/// What this capability knows, and asks of the pack by name.
fn vocabulary() -> Vocabulary {
    let duties =
        [(rules::SPONSOR_APPEALS, "诉求按责任关系办理"), (rules::INDUSTRY_APPEALS, "诉求按责任关系办理")];
    Vocabulary {
        acts: words(ACTS),
        needs: [
            needs(Needed::Duty, &duties),
            needs(Needed::UnitKind, &[(rules::SPONSOR, "区分有没有业务主管单位")]),
        ]
        .concat(),
        ..Vocabulary::default()
    }
}

/// Acts of this capability, with their Chinese names.
pub const ACTS: &[(&str, &str)] =
    &[("link.add", "确定责任关系"), ("link.end", "结束责任关系"), ("responsibility.view", "查询责任关系")];

/// What this capability hands to the house.
pub fn capability() -> Capability {
    Capability { name: "duty", vocabulary: vocabulary(), routes: pages::routes(), ..Capability::default() }
        .hands(Kind::new(subject::LinkSubject))
        .hands(under(places::ASSOCIATIONS, &["responsibility", "link"]))
        .hands(
            place("/duty", "责任关系查询", "责任", "sitemap", "responsibility.view")
                .at(Side::Inside, 40)
                .at(Side::Outside, 50)
                .at(Side::Public, 50)
                .entrance(30, "一家协会由哪些单位负责，依据哪份文件"),
        )
}
