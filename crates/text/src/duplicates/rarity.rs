//! How much it says that two texts share something: the rarer among all texts, the more; forms of words say nothing.

use std::sync::OnceLock;

use super::told::{Cut, WHERE};

/// Bits of a key that find its counter; keys that fall together only look a little more frequent.
const BITS: u32 = 22;
/// Before a text has been counted, as many are assumed to have been seen.
const ASSUMED: f32 = 600.0;
/// So many of the assumed texts hold each form of words.
const FORMAL_IN: u32 = 150;
/// In one of so many texts or more, a pair says nothing.
const SAYS_NOTHING: f32 = 12.0;
/// Rarer than once in so many texts is no more telling: it may be a slip of the pen.
const RAREST: f32 = 60_000.0;

/// Forms of words of appeals, letters and notes of calls.
const FORMS: &str = "市民来电反映 市民来电投诉 市民来电咨询 市民来电反馈 市民微信反映 来电人表示 其表示 工单内容 工单编号 请相关部门核实处理 请有关部门尽快处理 \
    请尽快处理 希望有关部门尽快解决 望相关部门重视 望领导重视 希望领导能够重视 恳请领导 请求政府帮助 请领导关注 请予以解决 请求解决 望回复 请回复 \
    盼回复 谢谢 非常感谢 万分感谢 感谢领导 尊敬的领导 尊敬的市长 尊敬的书记 领导您好 您好 你好 我是一名 我们是 本人是 本人系 作为一名市民 我想咨询一下 \
    请问一下 是否可以 什么时候 怎么办理 如何办理 有没有 是不是 为什么 怎么回事 严重影响居民生活 严重影响居民的正常生活 影响了居民的休息 严重扰民 \
    存在安全隐患 存在严重的安全隐患 造成了极大的影响 给老百姓带来不便 一直没有解决 至今没有解决 至今未解决 没有得到解决 没有任何答复 多次反映无果 \
    多次投诉无果 多次打电话 拨打12345 政府部门 相关部门 有关部门 职能部门 主管部门 工作人员 负责人 联系电话 依法处理 依法查处 维护合法权益 维护老百姓的利益 \
    为人民服务 不作为 乱作为 互相推诿 相互推诿 严肃处理 给个说法 给一个合理的解释 情况属实 现反映 现投诉 现举报 特此反映 反映问题 反映如下 以下问题 \
    如下问题 情况如下 具体情况 的问题 的情况 的时候 的原因 业主 居民 群众 老百姓 小区 附近 旁边 因为 所以 但是 而且 如果 可以 没有 我们 他们 现在 已经 \
    一直 每天 晚上 白天 多年 几年 时间 问题 情况 解决 处理 希望 要求 投诉 反映 咨询 建议 举报 \
    以人民为中心 在国家大力倡导的大背景下 市委市政府 加快建设步伐 加大建设力度 有何具体政策 具体措施和行动 根据中华人民共和国 根据国务院 有关规定 条例规定 \
    根据规定 应当 不得 违反规定 法律法规 营商环境 文明城市 和谐社会 地址和电话 电话号码 窗口电话 需要什么材料 需要哪些材料 办理流程 30分钟办件 要求移车";

/// Counts in how many texts each pair of signs stands.
pub(crate) struct Rarity {
    counts: Vec<u32>,
    formal: &'static [u32],
    texts: u32,
}

impl Rarity {
    pub fn new() -> Rarity {
        static FORMAL: OnceLock<Vec<u32>> = OnceLock::new();
        let formal = FORMAL.get_or_init(|| {
            let cut = Cut::of(FORMS);
            let pairs = (0..cut.tokens.len()).filter_map(|at| cut.pair(at));
            let mut formal: Vec<u32> = pairs.map(|key| key & !WHERE).collect();
            formal.sort_unstable();
            formal.dedup();
            formal
        });
        Rarity { counts: Vec::new(), formal, texts: 0 }
    }

    /// Counts a text by its keys.
    pub fn count(&mut self, keys: &[u32]) {
        self.texts = self.texts.saturating_add(1);
        // Whoever only compares two texts needs no counters.
        if self.counts.is_empty() {
            self.counts = vec![0; SLOTS];
        }
        for key in keys {
            let counter = &mut self.counts[slot(*key)];
            *counter = counter.saturating_add(1);
        }
    }

    /// What it says that two texts share this; 0 for what is common.
    pub fn weight(&self, key: u32) -> f32 {
        let formal = if self.formal.binary_search(&(key & !WHERE)).is_ok() { FORMAL_IN } else { 0 };
        let among = (self.texts as f32 + ASSUMED)
            / (1.0 + (self.counts.get(slot(key)).copied().unwrap_or(0).saturating_add(formal)) as f32);
        (among.min(RAREST) / SAYS_NOTHING).ln().max(0.0)
    }

    /// In how many counted texts a pair stands, or a few more.
    pub fn frequency(&self, key: u32) -> u32 {
        self.counts.get(slot(key)).copied().unwrap_or(0)
    }

    /// Memory in bytes.
    pub fn bytes(&self) -> usize {
        size_of_val(self.counts.as_slice())
    }
}

/// The number of a counter or list for a key.
pub(crate) fn slot(key: u32) -> usize {
    (key >> (32 - BITS)) as usize
}

/// How many slots there are.
pub(crate) const SLOTS: usize = 1 << BITS;
