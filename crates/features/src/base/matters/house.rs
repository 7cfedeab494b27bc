//! What the engine hands to the house: words of definitions, addresses of the pack's procedures, the job that looks at limits.

use huitong_kernel::capability::{Capability, Run, Work};
use huitong_kernel::pack::{Needed, Vocabulary, Words, needs, words};

use super::matter::Matter;
use super::notices::RECIPIENTS;
use super::plain::{self, Plain};
use super::{entries, file, jobs, routes, sentences, subject};

/// What definitions may let the code do.
const EFFECTS: &[(&str, &str)] = &[("correction.make", "按提出的内容更正台账里的这一条")];

/// What a definition may use that has no code of its own.
fn vocabulary() -> Vocabulary {
    Vocabulary {
        acts: words(&[(entries::reminders::ACT, "为本单位开启或者关闭提醒")]),
        procedures: vec![
            Words {
                facts: plain::declared(),
                effects: words(EFFECTS),
                recipients: words(RECIPIENTS),
                placeholders: words(sentences::PLACEHOLDERS),
                column: Some(plain::column),
                ..Words::default()
            },
            Words {
                entries: true,
                facts: entries::declared(),
                recipients: words(RECIPIENTS),
                placeholders: words(sentences::OF_ENTRIES),
                column: Some(entries::column),
                derived: Some(entries::looked_at),
                ..Words::default()
            },
        ],
        needs: needs(
            Needed::Role,
            &[
                ("public", "不登录的公众"),
                ("handler", "各单位办理事项的人"),
                ("unit_leader", "各单位的负责人，收“单位负责人”的消息"),
                ("association_secretary", "协会的秘书长，收“协会”的消息"),
            ],
        ),
        ..Vocabulary::default()
    }
}

/// What this capability hands to the house.
pub fn capability() -> Capability {
    Capability {
        name: "matters",
        vocabulary: vocabulary(),
        routes: routes::fixed(),
        expand: Some(routes::expand),
        jobs: vec![
            Work { kind: Plain::DUE_JOB, run: Run::Act(jobs::due::<Plain>) },
            Work { kind: entries::reminders::JOB, run: Run::Act(entries::reminders::remind) },
        ],
        ..Capability::default()
    }
    .hands(subject::SUBJECTS)
    .hands(subject::TELLERS)
    .hands(subject::OWNERS)
    .hands(subject::PLACES)
    .hands(entries::LINKS)
    .hands(file::BLOCKS)
}
