//! Associations and chambers of commerce: the register as far as "who answers for whom" needs it, and its public pages.

mod acts;
mod file;
mod model;
mod pages;
mod store;
mod subject;

pub use acts::{NewAssociation, NewPerson, add_person, record};
pub use file::{FileBlock, FileBlocks, FileLine};
pub use model::{Association, AssociationId, Office, Person, Status};
pub use pages::Listing;
pub use store::{by_name, by_uscc, claim, count, find, name_of, names, people, search, several_fit};

use huitong_kernel::capability::Capability;

use crate::base::journal::Kind;
use crate::base::places::{self, Side, place, under};

/// Acts of this capability, with their Chinese names.
pub const ACTS: &[(&str, &str)] = &[
    ("association.record", "协会建档"),
    ("association.add_person", "录入协会任职人员"),
    ("association.view", "查看协会公开信息"),
];

/// What this capability hands to the house.
pub fn capability() -> Capability {
    Capability { routes: pages::routes(), ..Capability::named("associations", ACTS) }
        .hands(Kind::new(subject::AssociationSubject))
        .hands(under(places::ASSOCIATIONS, &["association"]))
        .hands(
            place("/orgs", "找协会", "协会", "building-community", "association.view")
                .at(Side::Inside, 30)
                .at(Side::Outside, 40)
                .at(Side::Public, 20)
                .entrance(40, "行业协会商会的基本情况和联系方式"),
        )
}
