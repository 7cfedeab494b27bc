//! Mistakes in what appeals read of the pack themselves, and in what their code is named by: one clear finding each.

use std::collections::BTreeMap;

use huitong_kernel::pack::{Finding, Pack, examples, read_files};

use super::{folder, house, shown};

fn with(file: &str, from: &str, to: &str) -> BTreeMap<String, String> {
    let mut files = read_files(&folder("chengdu")).unwrap();
    let text = &files[file];
    assert!(text.contains(from), "{file} no longer has: {from}");
    let text = text.replacen(from, to, 1);
    files.insert(file.to_owned(), text);
    files
}

/// File, what stands in it, what stands there instead, a text on the line of the finding, parts of message and remedy.
type Break = [&'static str; 6];

macro_rules! breaks {
    ($($file:literal: $from:literal => $to:literal, on $on:literal, says $says:literal, remedy $remedy:literal;)*) => {
        &[$([$file, $from, $to, $on, $says, $remedy]),*]
    };
}

/// Breaks the pack in each way; says all that was not said once, at its line, with its remedy.
fn check_all(breaks: &[Break]) {
    let house = house();
    let wrong: Vec<String> = breaks
        .iter()
        .filter_map(|[file, from, to, on, says, remedy]| {
            let files = with(file, from, to);
            let found = Pack::from_files(&files, &house.vocabulary).err().unwrap_or_default();
            let line = files[*file].lines().position(|line| line.contains(on)).map_or(0, |line| line + 1);
            let right = |one: &Finding| {
                one.file == *file
                    && one.line == line
                    && one.message.contains(says)
                    && one.suggestion.contains(remedy)
            };
            let well = matches!(found.as_slice(), [only] if line > 0 && right(only));
            (!well).then(|| {
                format!(
                    "{file}:{line} should say “{says}” and “{remedy}” and no more, but:\n{}",
                    shown(&found)
                )
            })
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), breaks.len(), wrong.join("\n\n"));
}

#[test]
fn kinds_and_categories() {
    check_all(breaks![
        "appeals/kinds.toml": "name        = \"表扬\"" => "name        = \"咨询\" # 又一个\nexplain = \"同\"\nanswer = \"1 日\"\nbasis = \"无\"\nsource_kind = \"D\"\n\n[[kinds]]\nname        = \"表扬\"", on "又一个", says "诉求类型“咨询”重复，第一次在 appeals/kinds.toml", remedy "请改名";
        "appeals/kinds.toml": "answer      = \"3 工作日\"\nbasis " => "answer      = \"3 工作日\"\n# ", on "[[kinds]]", says "没有写依据", remedy "source_kind 写 \"D\"";
        "categories.csv": "\n01-1," => "\n01-x,作废,测试,D\n01-1,", on "01-x", says "“01-x”不是分类代码", remedy "01-1";
        "city/units.csv": "行业管理部门,水务," => "行业管理部门,,", on "# 成都市单位名单", says "职能“水务”没有单位履行", remedy "“职能”栏";
        "dispatch.csv": "06-3,按责任关系" => "06-3,按责任关联", on "06-3,", says "不是职能，也不是“按责任关系”", remedy "是否为“按责任关系”";
        "dispatch.csv": "02-5," => "02-9,", on "02-9,", says "没有诉求分类“02-9”", remedy "是否为“02-";
        "dispatch.csv": "02-2," => "02-1,", on "发票由税务部门主办", says "分类“02-1”写了两行", remedy "合成一行";
        "dispatch.csv": "08-4,住房和城乡建设,中小企业账款清欠" => "08-4,住房和城乡建设,住房和城乡建设", on "08-4", says "协办和主办是同一个", remedy "删去协办";
    ]);
}

#[test]
fn lexicon_and_templates() {
    check_all(breaks![
        "lexicon.csv": "\n金融服务," => "\n金融服务局,", on "金融服务局,", says "没有职能“金融服务局”", remedy "是否为“金融服务”";
        "lexicon.csv": "\n水务," => "\n金融服务,", on "金融服务,自来水", says "职能“金融服务”写了两行", remedy "合成一行";
        "lexicon.csv": "停水、" => "停电、", on "水务,", says "“停电”已经写在职能“电力运行”下", remedy "只放在一项职能下";
        "lexicon.csv": "停水、" => "水、", on "水务,", says "“水”太短", remedy "两个字以上";
        "lexicon.csv": "体育赛事、健身房、游泳馆、体育场馆" => "", on "体育,", says "职能“体育”没有词", remedy "删去这一行";
        "appeals/templates.toml": "outcome = \"partly\"" => "outcome = \"part\"", on "outcome = \"part\"", says "没有办理结果“part”", remedy "是否为“partly”";
    ]);
}

#[test]
fn what_the_code_of_appeals_knows() {
    check_all(breaks![
        "appeals/flow.toml": "\"appeal.complete\"" => "\"appeal.completed\"", on "appeal.completed", says "没有检查“appeal.completed”", remedy "是否为“appeal.complete”";
        "appeals/flow.toml": "\"appeal.vouch\"" => "\"appeal.vouches\"", on "appeal.vouches", says "没有程序动作“appeal.vouches”", remedy "是否为“appeal.vouch”";
        "appeals/flow.toml": "stamp = \"signed_at\"" => "stamp = \"sined_at\"", on "sined_at", says "程序里没有“sined_at”可以记", remedy "是否为“signed_at”";
        "appeals/flow.toml": "who = \"经办人\"" => "who = \"经办\"", on "who = \"经办\"", says "没有通知对象“经办”", remedy "是否为“经办人”";
        "appeals/flow.toml": "{actor}受理诉求" => "{acter}受理诉求", on "{acter}", says "没有占位词“acter”", remedy "是否为“actor”";
        "appeals/flow.toml": "fact = \"verified\", is = false" => "fact = \"verify\", is = false", on "\"verify\"", says "没有事实“verify”", remedy "是否为“verified”";
        "appeals/flow.toml": "\"appeal_decline\"" => "\"appeal_refuse\"", on "appeal_refuse", says "没有表单“appeal_refuse”", remedy "在 [forms] 里登记";
        "appeals/limits.toml": "\"submit\", \"register\"" => "\"sumbit\", \"register\"", on "sumbit", says "没有办理步骤“sumbit”", remedy "是否为“submit”";
        "roles.toml": "\"appeal.sign\"" => "\"appeal.sing\", \"appeal.sign\"", on "appeal.sing\"", says "没有行为“appeal.sing”", remedy "是否为“appeal.sign”";
        "warnings.toml": "[warnings.no_secrets]" => "[warnings.no_secret]", on "# ", says "缺少“no_secrets”", remedy "代码不能改";
        "city/city.toml": "\"social_work\"" => "\"social_works\"", on "host_unit       =", says "没有单位“social_works”", remedy "是否为“social_work”";
    ]);
}

#[test]
fn an_example_of_the_shipped_policy_that_does_not_hold_is_named() {
    let files = with("appeals/kinds.toml", "\"3 工作日\"", "\"5 工作日\"");
    let vocabulary = &house().vocabulary;
    let pack = Pack::from_files(&files, vocabulary).unwrap_or_else(|findings| panic!("{}", shown(&findings)));
    let said: Vec<String> =
        examples::run(&pack, vocabulary, None).into_iter().map(|one| one.message).collect();
    assert_eq!(said, ["示例“咨询 3 个工作日答复”不成立：应为“3 工作日”，得到“5 工作日”"]);
}

#[test]
fn what_registers_say_of_associations() {
    check_all(breaks![
        "registers/party_org.toml": "kind  = \"党建工作机构\"" => "kind  = \"党建机构\"", on "\"党建机构\"", says "没有责任关系“党建机构”", remedy "在 link_kinds.toml 里登记";
        "registers/party_org.toml": "paper = \"approval\"" => "paper = \"approved\"", on "\"approved\"", says "没有填写项“approved”", remedy "是否为“approval”";
        "registers/party_org.toml": "type = \"单位\", stands_for = \"单位\"" => "type = \"单位\", indexed = true", on "kind  =", says "没有哪一项当作单位", remedy "stands_for = \"单位\"";
        "registers/pairing.toml": "group       = \"党建\"" => "group       = \"党建\"\ntab         = \"党务\"", on "tab  ", says "“党务”不是可用的档案栏目", remedy "是否为“党建”";
    ]);
}
