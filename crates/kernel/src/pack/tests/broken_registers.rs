//! Breaking the definition of a register: what its acts do, what comes of the rows within, whose it is, what files and reminders name.

use super::small::{breaks, changed, check_all, findings, shown};

#[test]
fn what_acts_do() {
    check_all(breaks![
        "registers/stations.toml": "does  = \"变更\"" => "does  = \"变动\"", on "变动", says "“变动”不是台账能做的事", remedy "是否为“变更”";
        "registers/stations.toml": "within = \"check\"" => "within = \"chek\"", on "chek", says "“check”不能在“chek”里加一条", remedy "步骤也用同一个代码";
        "registers/stations.toml": "second = \"intake\"" => "second = \"intaker\"", on "intaker", says "没有角色“intaker”", remedy "是否为“intake”";
        "registers/stations.toml": "does  = \"新增\"" => "does  = \"变更\"", on "[acts.add]", says "没有新增的一步", remedy "does = \"新增\"";
        "registers/rounds.toml": "[acts.void]" => "[acts.stop]\nlabel = \"停止\"\ndoes = \"结束\"\n\n[acts.void]", on "[acts.add]", says "没有有效期，不能结束", remedy "stands_for = \"有效期\"";
        "registers/rounds.toml": "[sentences]" => "[rules.once]\nwhat = \"只有一次\"\namong = [\"place\"]\nover = \"有效期\"\n\n[sentences]", on "[rules.once]", says "没有有效期，不能按有效期查重", remedy "stands_for = \"有效期\"";
        "registers/stations.toml": "[facts]" => "[within.gift]\ntitle = \"赠礼\"\n[within.gift.fields]\ngiven_on = { label = \"日期\", type = \"日期\" }\n[within.gift.sentences]\nname = \"{given_on}\"\nsummary = \"{given_on}\"\nempty = \"没有\"\n\n[facts]", on "[within.check]", says "没有哪一步记“赠礼”", remedy "within = \"gift\"";
        "registers/stations.toml": "[acts.seats]" => "[acts.versions]", on "[acts.versions]", says "代码“versions”系统已经在用", remedy "换一个代码";
    ]);
}

#[test]
fn what_is_held_to_something_else() {
    check_all(breaks![
        "registers/stations.toml": "found      = {" => "again_on   = { label = \"又一天\", type = \"日期\", not_before = \"checkd_on\" }\nfound      = {", on "again_on   =", says "没有日期“checkd_on”", remedy "是否为“checked_on”";
        "registers/stations.toml": "[facts]" => "[rules.alone]\nwhat = \"只有一条\"\n\n[facts]", on "[rules.alone]", says "没有写哪些条目要独自一条", remedy "请补上 when";
        "registers/rounds.toml": "\"台账：station\"" => "\"台账：station\", only = [\"nobody\"]", on "key ", says "没有队列“nobody”", remedy "可用的有：idle";
    ]);
}

#[test]
fn what_comes_of_the_rows_within() {
    check_all(breaks![
        "registers/stations.toml": "of = \"check\", take = \"合计\"" => "of = \"chek\", take = \"合计\"", on "chek", says "没有明细“chek”，不能由它得出事实", remedy "是否为“check”";
        "registers/stations.toml": "take = \"最晚\"" => "take = \"最后\"", on "最后\"", says "“最后”不是可用的取法", remedy "是否为“最早”";
        "registers/stations.toml": "field = \"checked_on\"" => "field = \"found\"", on "last_check =", says "“最晚”不能这样取“found”", remedy "日期的代码";
        "registers/stations.toml": "take = \"合计\", field = \"cost\"" => "take = \"合计\"", on "spent ", says "“合计”不能这样取“…”", remedy "整数或者金额的代码";
        "registers/stations.toml": "within = \"今年\"" => "within = \"本月\"", on "本月", says "within 只能写“今年”", remedy "within = \"今年\"";
        "registers/stations.toml": "within = \"今年\"" => "within = \"今年\", indexed = true", on "this_year ", says "“今年检查”随时间变化", remedy "删去 indexed";
        "registers/stations.toml": "spent      =" => "seats      =", on "花费合计", says "代码“seats”和填写项重复", remedy "换一个代码";
        "registers/stations.toml": "spent      =" => "unit       =", on "花费合计", says "代码“unit”", remedy "换一个代码";
    ]);
}

#[test]
fn whose_it_is() {
    check_all(breaks![
        "registers/rounds.toml": "\"place.association\"" => "\"walks.association\"", on "walks.association", says "看不懂“walks.association”", remedy "类型是“台账：…”";
        "registers/rounds.toml": "\"place.association\"" => "\"place\"", on "association = \"place\"", says "看不懂“place”", remedy "填写项的代码.association";
        "registers/rounds.toml": "\"台账：station\"" => "\"台账：statoin\"", on "statoin", says "没有台账“statoin”", remedy "是否为“station”";
        "registers/rounds.toml": "notes = { label = \"看到什么\", type = \"单行文本\", max = 60 }" => "notes = { label = \"协会\", type = \"协会\", stands_for = \"协会\" }", on "[derive]", says "协会既由填写项定，又由别的台账定", remedy "只留一个";
        "registers/stations.toml": "phone   = {" => "other   = { label = \"另一单位\", type = \"单位\", stands_for = \"单位\" }\nphone   = {", on "other   =", says "“所属单位”和“另一单位”当作同一项", remedy "只在其中一个写 stands_for";
        "registers/stations.toml": "found      = {" => "again      = { label = \"又一天\", type = \"日期\", stands_for = \"日期\" }\nfound      = {", on "again      =", says "“又一天”和另一项都当作“日期”", remedy "只在其中一个写 stands_for";
        "registers/stations.toml": "phone   = {" => "parent  = { label = \"上级\", type = \"单行文本\", max = 9 }\nphone   = {", on "parent  =", says "代码“parent”系统已经在用", remedy "换一个代码";
        "registers/stations.toml": "phone   = {" => "reason  = { label = \"缘由\", type = \"单行文本\", max = 9 }\nphone   = {", on "[fields]", says "代码“reason”系统已经在用", remedy "换一个代码";
    ]);
}

#[test]
fn what_it_says_and_may_not_say() {
    check_all(breaks![
        "registers/stations.toml": "\n[fields]" => "\n".repeat(190) + "[fields]", on "key ", says "行", remedy "一本台账的定义不超过 250 行";
        "registers/stations.toml": "label = \"席位\"" => "label = \"党员名单\"", on "党员名单", says "不能登记", remedy "请删去这个填写项";
        "registers/stations.toml": "name    = \"{called}\"" => "name    = \"{called}{phone}\"", on "[sentences]", says "名称里不能有“联系电话”", remedy "换一个占位词";
        "registers/stations.toml": "\"{called}，检查过 {checks}\"" => "\"{called}，{phone}\"", on "[sentences]", says "一句话情况里不能有“联系电话”", remedy "换一个占位词";
        "registers/stations.toml": "检查过 {checks}" => "检查过 {cheks}", on "{cheks}", says "没有占位词“cheks”", remedy "是否为“checks”";
        "registers/stations.toml": "path        = \"stations\"" => "path        = \"letters\"", on "path  ", says "地址“letters”和“意见”重复", remedy "换一个 path";
    ]);
}

#[test]
fn files_reminders_and_stories() {
    check_all(breaks![
        "registers/stations.toml": "when   = \"idle\"" => "when   = \"idel\"", on "idel", says "没有队列“idel”", remedy "是否为“idle”";
        "registers/stations.toml": "\"每月 1 日\"" => "\"每月 31 日\"", on "每月 31 日", says "看不懂“每月 31 日”", remedy "每月 1 日";
        "registers/stations.toml": "\"每月 1 日\"" => "\"天天\"", on "天天", says "看不懂“天天”", remedy "每周一";
        "registers/stations.toml": "who    = [\"提出人\"]" => "who    = [\"提出者\"]", on "提出者", says "没有通知对象“提出者”", remedy "是否为“提出人”";
        "registers/stations.toml": "\"设立日期\" = \"period.from\"" => "\"设立日期\" = \"period.form\"", on "period.form", says "没有填写项“period.form”", remedy "period.from";
        "registers/stations.toml": "\"窗口\" = \"called\"" => "\"窗口\" = \"caled\"", on "caled", says "没有填写项“caled”", remedy "是否为“called”";
        "registers/stations.toml": "same_as = [\"called\"" => "same_as = [\"caled\"", on "caled", says "没有填写项“caled”", remedy "是否为“called”";
        "examples/stations.toml": "of = \"station\", form" => "of = \"statoin\", form", on "statoin", says "没有台账“statoin”", remedy "是否为“station”";
        "examples/stations.toml": "row = \"check\"" => "row = \"chek\"", on "chek", says "没有明细“chek”", remedy "是否为“check”";
        "examples/stations.toml": "act = \"correct\"" => "act = \"corect\"", on "corect", says "没有办理步骤“corect”", remedy "是否为“correct”";
    ]);
}

#[test]
fn associations_do_not_come_round_in_a_circle() {
    let mut files = changed(
        "registers/stations.toml",
        "about   = { label = \"协会\", type = \"协会\", several = true, most = 3, stands_for = \"协会\" }",
        "about   = { label = \"巡查\", type = \"台账：round\" }",
    );
    let text = files["registers/stations.toml"]
        .replace("[rules.once]", "[derive]\nassociation = \"about.association\"\n\n[rules.once]");
    files.insert(String::from("registers/stations.toml"), text);
    let found = findings(&files);
    let said =
        |of: &str| found.iter().any(|one| one.message.contains(of) && one.message.contains("绕了一圈"));
    assert!(found.len() == 2 && said("“窗口”的协会") && said("“巡查”的协会"), "{}", shown(&found));
    assert!(found.iter().all(|one| one.suggestion.contains("填写项“协会”")), "{}", shown(&found));
}
