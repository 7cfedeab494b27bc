//! The words of the code as the pack of Chengdu uses them; capabilities declare the same keys.

use crate::condition::FactDef;
use crate::pack::{Needed, Vocabulary, needs, words};

/// Everything the shipped pack may name.
pub fn vocabulary() -> Vocabulary {
    base().with(appeals())
}

fn base() -> Vocabulary {
    Vocabulary {
        acts: words(&[
            ("association.view", "查看协会公开信息"),
            ("responsibility.view", "查询责任关系"),
            ("attachment.read", "查看附件"),
            ("attachment.add", "上传附件"),
            ("user.list", "查看账户"),
            ("user.add", "开通账户"),
            ("user.disable", "停用账户"),
            ("user.enable", "恢复账户"),
            ("user.password", "设置密码"),
            ("post.grant", "授予任职"),
            ("post.end", "结束任职"),
            ("token.create", "签发接口令牌"),
            ("token.revoke", "收回接口令牌"),
            ("unit.list", "查看单位"),
            ("unit.add", "增加单位"),
            ("metrics.view", "查看运行指标"),
            ("permission.view", "查看权限表"),
            ("access.explain", "查询谁能看到一条记录"),
            ("journal.view", "查看操作日志"),
            ("pack.view", "查看政策包"),
            ("appeal.proposals", "查看派单建议"),
            ("dispatch_model.view", "查看派单模型"),
            ("dispatch_model.ask", "要求学习一次"),
            ("dispatch_model.roll_back", "恢复上一版派单模型"),
            ("notice.view", "查看消息"),
            ("desk.view", "进入工作台"),
            ("account.manage", "管理本人账户"),
        ]),
        ..Vocabulary::default()
    }
}

fn appeals() -> Vocabulary {
    Vocabulary {
        acts: words(&[
            ("appeal.submit", "提交诉求"),
            ("appeal.register", "代录诉求"),
            ("appeal.verify", "核验身份"),
            ("appeal.accept", "受理"),
            ("appeal.decline", "不予受理"),
            ("appeal.classify", "分类"),
            ("appeal.dispatch", "派单、转办"),
            ("appeal.assign", "分办"),
            ("appeal.sign", "签收"),
            ("appeal.contact", "联系诉求人"),
            ("appeal.note", "记录办理情况"),
            ("appeal.reply", "答复"),
            ("appeal.review", "审核答复"),
            ("appeal.send", "发出答复"),
            ("appeal.judge", "评价"),
            ("appeal.withdraw", "撤回"),
            ("appeal.track", "凭编号和查询码查进度"),
            ("appeal.list", "查看诉求列表"),
            ("appeal.view", "查看诉求"),
            ("appeal.view_identity", "查看保密诉求人的身份"),
        ]),
        facts: facts(),
        guards: words(&[("complete", "必填内容已填写完整"), ("reviewer_is_not_author", "审核人不是起草人")]),
        recipients: words(&[
            ("complainant", "诉求人"),
            ("intake", "受理人员"),
            ("dispatched_unit", "派往的单位"),
            ("responsible_unit", "承办单位"),
            ("handler", "经办人"),
            ("leader", "承办单位负责人"),
        ]),
        placeholders: words(&[
            ("number", "诉求编号"),
            ("title", "诉求标题"),
            ("kind", "诉求类型"),
            ("category", "诉求分类"),
            ("complainant", "诉求人称呼"),
            ("actor", "办理人"),
            ("handler", "经办人"),
            ("unit", "承办单位"),
            ("to_unit", "派往的单位"),
            ("unit_phone", "承办单位电话"),
            ("reason", "理由"),
            ("outcome", "结果"),
            ("opinion", "意见"),
            ("verb", "步骤当时的说法"),
            ("due", "到期时间"),
            ("date", "当天日期"),
            ("submitted_on", "提交日期"),
        ]),
        needs: [
            needs(Needed::Field, &[("appeal_submit.text", "提交诉求")]),
            needs(Needed::Warning, &[("no_secrets", "涉密提示")]),
            needs(Needed::Duty, &[("DB-08", "答复诉求")]),
            needs(Needed::LinkKind, &[("industry_department_main", "责任关系")]),
            needs(Needed::UnitKind, &[("sponsor", "责任关系")]),
        ]
        .concat(),
    }
}

fn facts() -> Vec<FactDef> {
    vec![
        FactDef::choice_of("state", "办理状态", "states").column("state"),
        FactDef::choice_of("kind", "诉求类型", "appeal_kinds").column("kind"),
        FactDef::choice_of("category", "诉求分类", "categories").column("category"),
        FactDef::choice_of("disclosure", "身份公开方式", "disclosure").column("disclosure"),
        FactDef::choice_of("complainant_kind", "诉求人类别", "complainant_kind").column("complainant_kind"),
        FactDef::choice_of("source", "受理渠道", "appeal_source").column("source"),
        FactDef::flag("verified", "已核验身份").column("verified"),
        FactDef::flag("has_phone", "留有联系电话"),
        FactDef::flag("review_approved", "答复已审核同意").column("review_approved"),
        FactDef::choice_of("solved", "评价是否解决", "solved").column("solved"),
        FactDef::unit("responsible_unit", "承办单位").column("responsible_unit"),
        FactDef::unit("dispatched_unit", "派往的单位").column("dispatched_unit"),
        FactDef::person("handler", "经办人").column("handler"),
        FactDef::instant("submitted_at", "提交时间").column("submitted_at"),
        FactDef::instant("due_at", "到期时间").column("due_at"),
        FactDef::instant("answered_at", "答复时间").column("answered_at"),
        FactDef::instant("closed_at", "办结时间").column("closed_at"),
    ]
}
