//! Learning who answers for what: models from closed cases and the 职能词典, and what they say of a new text.
//!
//! A model never dispatches. It proposes units beside the 派单目录 and the responsibility relation; a person decides, and what
//! the person decides against a proposal is what the next model learns most from.

mod acts;
mod labels;
mod learn;
mod model;
mod pages;
mod past;
mod reading;
mod store;
mod subject;

use huitong_kernel::capability::{Memory, Run, Work};
use huitong_kernel::followers::Follower;

use crate::base::places::{self, Place, Side};

pub use acts::{ask, roll_back};
pub use model::{DispatchModel, ModelId};
pub use pages::routes;
pub use past::{Similar, similar};
pub use reading::{Reading, TextProposal, first, read};
pub use subject::ModelSubject;

/// Acts on models, with their Chinese names.
pub const ACTS: &[(&str, &str)] = &[
    ("dispatch_model.view", "查看派单模型"),
    ("dispatch_model.ask", "要求学习一次"),
    ("dispatch_model.learn", "学习派单模型"),
    ("dispatch_model.roll_back", "恢复上一版派单模型"),
];

/// Learns a model, each night after cases were closed and when somebody asks for it.
pub const WORK: Work = Work { kind: acts::JOB, run: Run::Apart(learn::prepare) };

/// Where one looks at models.
pub fn place() -> Place {
    places::place("/admin/dispatch-models", "派单模型", "模型", "route", "dispatch_model.view")
        .at(Side::Inside, 60)
        .administration()
        .entrance(60, "文字研判学自什么、准不准、哪一版在用")
}

/// Sees to it that the night learns from what the day closed.
pub const FOLLOWER: Follower = Follower { name: "dispatch_learning", take: acts::tonight };

/// The model in force, and past cases to be asked which of them told the same matter.
pub const MEMORIES: [Memory; 2] = [
    Memory { name: "dispatch_model", step: reading::warm },
    Memory { name: "past_appeals", step: past::step },
];
