//! Names of people that stand in texts without a title behind them, so that no passage and no topic shows one.

use std::collections::HashSet;

use super::places::places;
use super::told::{Cut, GAP, Token, pair};

/// What stands before a name: 法人张三, 实名举报李四.
const BEFORE: &str = "董事长 法人 法定代表人 代表人 控制人 老板 负责人 姓名 名叫 我叫 本人 业主 村民 书记 主任 组长 村长 支书 局长 所长 科长 处长 院长 校长 园长 \
    老师 医生 教师 经理 会计 员工 职工 民警 警官 司机 被告 原告 同志 市民 居民 儿子 女儿 丈夫 妻子 父亲 母亲 举报 投诉 控告";
/// What stands behind a name.
const BEHIND: &str = "书记 市长 区长 县长 镇长 乡长 局长 所长 队长 处长 科长 院长 校长 园长 主任 组长 村长 支书 老师 医生 律师 警官 经理 老板 总经理 先生 女士 小姐 同志 师傅 夫妇 夫妻 \
    等人 某";
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤符文吉冼欧洪柯翁倪樊祝俞葛岑温庄殷柳甘邢喻伍易";

fn stands(tokens: &[Token], at: usize, words: &str) -> bool {
    words.split_ascii_whitespace().any(|word| {
        word.chars().enumerate().all(|(i, c)| tokens.get(at + i).is_some_and(|t| t.key == c as u32))
    })
}

fn stands_before(tokens: &[Token], at: usize, words: &str) -> bool {
    words.split_ascii_whitespace().any(|word| {
        let length = word.chars().count();
        at.checked_sub(length)
            .is_some_and(|from| word.chars().enumerate().all(|(i, c)| tokens[from + i].key == c as u32))
    })
}

/// What makes a business of a rare word that begins like a name: 温泰英语.
const BUSINESS: &str =
    "公司 集团 英语 教育 培训 物业 平台 网 贷 金融 财富 地产 置业 银行 国际 学校 医院 广场 酒店 商行 工厂";

/// Surnames of two signs.
const DOUBLE: &str = "欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯";

/// Takes out of these texts the names that seem to be of people: with a title, or introduced as one, or a rare word that begins with a
/// surname and is found nowhere but in the `here` texts that tell the topic; `seen` says in how many texts a pair stands. Names of
/// places stay.
pub(crate) fn take_out(cuts: &mut [Cut], here: usize, seen: impl Fn(u32) -> usize) {
    let suspects: HashSet<[u32; 2]> = cuts.iter().flat_map(|cut| people(cut, here, &seen)).collect();
    for cut in cuts {
        let safe = in_places(cut);
        for (at, safe) in safe.into_iter().enumerate().take(cut.tokens.len().saturating_sub(1)) {
            let two = [cut.tokens[at].key, cut.tokens[at + 1].key];
            if !safe && suspects.contains(&two) {
                let length = if stands(&cut.tokens, at, DOUBLE) { 4 } else { 3 };
                cut.tokens[at..].iter_mut().take(length).for_each(|token| token.key = GAP);
            }
        }
    }
}

/// Which tokens belong to names of places.
fn in_places(cut: &Cut) -> Vec<bool> {
    let mut inside = vec![false; cut.tokens.len()];
    for (_, zone) in places(&cut.tokens).zones.iter().filter(|(kind, _)| kind.is_name()) {
        inside[zone.start..zone.end.min(cut.tokens.len())].fill(true);
    }
    inside
}

/// The first two signs of each name.
fn people(cut: &Cut, here: usize, seen: impl Fn(u32) -> usize) -> Vec<[u32; 2]> {
    let tokens = &cut.tokens;
    let safe = in_places(cut);
    let mut found = Vec::new();
    for at in 0..tokens.len().saturating_sub(1) {
        let surname = tokens[at].sign().is_some_and(|c| SURNAMES.contains(c));
        // What stands in many other texts is a word: 公积金贷款.
        let seen = seen(pair(tokens[at], tokens[at + 1]));
        let official = stands(tokens, at + 1, BEHIND);
        if !surname || safe[at] || tokens[at + 1].sign().is_none() || (seen > here * 2 + 6 && !official) {
            continue;
        }
        let titled = official || (2..=3).any(|length| stands(tokens, at + length, BEHIND));
        let business = (2..=5).any(|length| stands(tokens, at + length, BUSINESS));
        let unknown = !business && seen <= here + here / 4 + 1;
        if titled || unknown || stands_before(tokens, at, BEFORE) {
            found.push([tokens[at].key, tokens[at + 1].key]);
        }
    }
    found
}
