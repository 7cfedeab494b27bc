//! Breaking the sheets and the folder: columns, rows, references between files, missing and unknown files.

use super::breaking::{Break, check_all, files, findings, shown};
use super::broken_rules::breaks;
use crate::pack::{Pack, examples};

#[test]
fn sheets() {
    check_all(breaks![
        "duties.csv": "代码,责任方," => "代码,责任单位,", on "代码,责任单位", says "不认识的栏“责任单位”", remedy "是否为“责任事项”";
        "duties.csv": ",频次,依据" => ",依据", on "代码,责任方", says "表头缺少“频次”栏", remedy "表头应为：代码,责任方";
        "duties.csv": "代码,责任方," => "代码,代码,责任方,", on "代码,代码", says "“代码”栏重复", remedy "删去其中一栏";
        "duties.csv": "会议纪要、任务单" => "会议纪要,任务单", on "会议纪要,任务单", says "有 9 栏，表头有 8 栏", remedy "中文逗号";
        "duties.csv": "DS-02," => "DS-01,", on "明确党建隶属", says "责任事项“DS-01”重复，第一次在 duties.csv", remedy "删去其中一个";
        "duties.csv": "DS-02,党委社会工作部门" => "DS-02,党委社会工作部", on "明确党建隶属", says "没有单位类型“党委社会工作部”", remedy "是否为“党委社会工作部门”";
        "duties.csv": "DS-05,党委社会工作部门,培育" => "DS-05,党委社会工作部门,培养", on "DS-05", says "“培养”不是可用的环节", remedy "是否为“培育”";
        "duties.csv": "公开报道：负责人审核,A" => ",A", on "DS-03", says "没有写依据", remedy "请写明文件名称和条款";
        "duties.csv": "公开报道：负责人审核,A" => "公开报道：负责人审核,B", on "DS-03", says "“B”不是可用的来源", remedy "A、L、R、M、D";
        "duties.csv": "审核意见书" => "\"审核意见书", on "DS-03", says "栏内有换行", remedy "少了一个引号";
        "duties.csv": "办理诉求（主办）" => "", on "DI-04", says "“责任事项”没有填写", remedy "请填写“责任事项”";
    ]);
}

#[test]
fn references_between_sheets() {
    check_all(breaks![
        "dispatch.csv": "01,金融服务" => "01,金融服务局", on "01,金融服务局", says "没有职能“金融服务局”", remedy "是否为“金融服务”";
        "dispatch.csv": "06-3,按责任关系" => "06-3,按责任关联", on "06-3,", says "不是职能，也不是“按责任关系”", remedy "是否为“按责任关系”";
        "dispatch.csv": "02-5," => "02-9,", on "02-9,", says "没有诉求分类“02-9”", remedy "是否为“02-";
        "dispatch.csv": "02-2," => "02-1,", on "发票由税务部门主办", says "分类“02-1”写了两行", remedy "合成一行";
        "dispatch.csv": "08-4,住房和城乡建设,中小企业账款清欠" => "08-4,住房和城乡建设,住房和城乡建设", on "08-4", says "协办和主办是同一个", remedy "删去协办";
        "dispatch.csv": "\n01,金融服务" => "\n01-1,金融服务", on "# 派单目录", says "没有派单去向", remedy "按责任关系";
        "lexicon.csv": "\n金融服务," => "\n金融服务局,", on "金融服务局,", says "没有职能“金融服务局”", remedy "是否为“金融服务”";
        "lexicon.csv": "\n水务," => "\n金融服务,", on "金融服务,自来水", says "职能“金融服务”写了两行", remedy "合成一行";
        "calendar.csv": "\n,办公时间,,09:00-12:00" => "\n,办公时间,,09:00-25:00", on ",办公时间", says "25:00", remedy "文件开头的说明";
        "calendar.csv": "\n,办公时间," => "\n2027,放假,元旦,13-01,通知,R\n,办公时间,", on "2027,放假,元旦,13-01", says "“13-01”不存在", remedy "文件开头的说明";
        "lexicon.csv": "停水、" => "停电、", on "水务,", says "“停电”已经写在职能“电力运行”下", remedy "只放在一项职能下";
        "lexicon.csv": "停水、" => "水、", on "水务,", says "“水”太短", remedy "两个字以上";
        "lexicon.csv": "体育赛事、健身房、游泳馆、体育场馆" => "", on "体育,", says "职能“体育”没有词", remedy "删去这一行";
        "categories.csv": "\n01-1," => "\n1-1,", on "1-1,贷款", says "“1-1”不是分类代码", remedy "01-1";
        "categories.csv": "\n01-1," => "\n13-1,", on "13-1,", says "没有诉求分类“13”", remedy "categories.csv";
        "city/units.csv": "行业管理部门,水务," => "行业管理部门,水务、体育,", on "sports,", says "职能“体育”已由“成都市水务局”履行", remedy "只能有一个单位";
        "city/units.csv": "行业管理部门,水务," => "行业管理部门,,", on "# 成都市单位名单", says "职能“水务”没有单位履行", remedy "“职能”栏";
        "city/units.csv": "行业管理部门,水务," => "行业主管部门,水务,", on "water,", says "没有单位类型“行业主管部门”", remedy "是否为“行业管理部门”";
        "city/units.csv": "行业管理部门,水务,,," => "行业管理部门,水务,,mayor,", on "water,", says "没有单位“mayor”", remedy "city/units.csv";
        "city/city.toml": "\"social_work\"" => "\"social_works\"", on "host_unit       =", says "没有单位“social_works”", remedy "是否为“social_work”";
        "city/city.toml": "\"510100\"" => "\"5101\"", on "division_code   =", says "“5101”不是行政区划代码", remedy "6 位数字";
        "city/city.toml": "company        =" => "companies      =", on "companies ", says "没有工作区“companies”", remedy "是否为“company”";
        "link_kinds.toml": "gap             = \"待明确行业管理部门\"\n" => "", on "[links.industry_department_main]", says "却没有写缺少时的说法", remedy "待明确…";
        "link_kinds.toml": "\"至多一个\"" => "\"最多一个\"", on "最多一个", says "“最多一个”不是可用的数量", remedy "是否为“至多一个”";
        "appeals/markings.toml": "\"机密★\"" => "\"机密\"", on "words = [\"机密\"", says "“机密”太短", remedy "要带星号";
        "appeals/lists.toml": "key = \"phone\"" => "key = \"online\"", on "label = \"来电\"", says "选项“online”重复", remedy "删去其中一个";
        "appeals/lists.toml": "[lists.verification]" => "[lists.verify]", on "# 选项清单", says "缺少选项清单 verification", remedy "[lists.verification]";
    ]);
}

#[test]
fn the_folder() {
    let mut changed = files();
    changed.remove("duties.csv");
    changed.insert("dutys.csv".to_owned(), String::new());
    changed.insert("notes.txt".to_owned(), String::new());
    let found = findings(&changed);
    let said = |file: &str, says: &str, remedy: &str| {
        found.iter().any(|f| {
            f.file == file && f.line == 0 && f.message.contains(says) && f.suggestion.contains(remedy)
        })
    };
    assert!(said("duties.csv", "缺少这个文件", "复制一份再改"), "{}", shown(&found));
    assert!(said("dutys.csv", "不认识的文件", "是否为“duties.csv”"), "{}", shown(&found));
    assert!(said("notes.txt", "不认识的文件", "移出政策包"), "{}", shown(&found));
}

#[test]
fn all_findings_come_at_once_in_order() {
    let mut changed = files();
    for (file, from, to) in [
        ("pack.toml", "version  ", "versoin  "),
        ("duties.csv", "DS-02,", "DS-01,"),
        ("appeals/kinds.toml", "\"3 工作日\"", "\"3 周\""),
        ("appeals/flow.toml", "tone = \"violet\"", "tone = \"purple\""),
    ] {
        let text = changed[file].replacen(from, to, 1);
        changed.insert(file.to_owned(), text);
    }
    let found = findings(&changed);
    let places: Vec<(&str, usize)> = found.iter().map(|f| (f.file.as_str(), f.line)).collect();
    let mut sorted = places.clone();
    sorted.sort_unstable();
    assert_eq!(places, sorted);
    for file in ["pack.toml", "duties.csv", "appeals/kinds.toml", "appeals/flow.toml"] {
        assert!(places.iter().any(|(known, _)| *known == file), "{file}: {}", shown(&found));
    }
    assert!(found.iter().all(|f| !f.suggestion.is_empty()), "{}", shown(&found));
}

#[test]
fn an_example_that_does_not_hold_is_named() {
    let mut changed = files();
    let text = changed["appeals/kinds.toml"].replacen("\"3 工作日\"", "\"5 工作日\"", 1);
    changed.insert("appeals/kinds.toml".to_owned(), text);
    let pack = Pack::from_files(&changed, &super::vocabulary::vocabulary()).expect("still well formed");
    let found = examples::run(&pack, None);
    assert_eq!(found.len(), 1, "{}", shown(&found));
    assert_eq!(found[0].file, "examples/limits.toml");
    assert_eq!(found[0].message, "示例“咨询 3 个工作日答复”不成立：应为“3 工作日”，得到“5 工作日”");
}
