//! Words of form and talk: they may weigh, but tell nobody why a unit is proposed.

use std::sync::LazyLock;

use super::features::KeyMap;
use crate::normalize::is_han;

const IDLE: &str = "来电反映 来电反馈 来电咨询 来电补充 故来电 工单编号 工单内容 处理结果 处理情况 工作人员 话务员 话务代表 \
    安全隐患 强烈要求 有限公司 相关部门 一直 至今 现在 目前 已经 之前 以后 左右 今天 昨天 小时 分钟 时间 星期 周末 附近 对面 \
    斜对面 旁边 门口 前面 后面 里面 位置 地方 路口 路段 问题 情况 内容 工单 编号 单号 关于 补充 来电 反映 反馈 咨询 投诉 举报 建议 \
    答复 回复 市民 群众 微信 网友 先生 女士 表示 认为 要求 希望 尽快 核实 处理 解决 帮忙 部门 单位 政府 政务 是否 如何 怎么 怎样 \
    什么 为何 为什么 哪里 哪个 哪些 多少 几个 需要 材料 办理 可以 不能 没有 进行 因为 所以 但是 并且 其在 其是 其于 其称 其想 了解 \
    导致 造成 影响 严重 不合理 不满 生活 使用 存在 发现 出现 产生 同意 联系 电话 这个 那个 具体 靠近 开始 结果 分钟 办件 故来电 \
    如果 若是 以及 或者 而且 还是 只有 只能 才能 任何 多次 很多 许多 经常 长期 一些 部分 正常 及时 分别 上午 下午 晚上 何时 请问 \
    负责 提供 费用 完成 设置 更换 通知 告知 属于 受理 申请 查询 拨打 热线 话务 地址 号码 方向 人员 公司 企业 协会 会员 行业 系统 服务 \
    我们 我会 我司 本人 本会";

static STARTS: LazyLock<KeyMap<Vec<Vec<char>>>> = LazyLock::new(|| {
    let mut starts: KeyMap<Vec<Vec<char>>> = KeyMap::default();
    for signs in IDLE.split_whitespace().map(|word| word.chars().collect::<Vec<char>>()) {
        starts.entry(signs[0] as u64).or_default().push(signs);
    }
    starts
});

/// Whether a word says something: a letter or Chinese sign is in it, and without idle words more than one sign is left.
pub(crate) fn tells(word: &[char]) -> bool {
    let (mut at, mut left) = (0, 0);
    while let Some(sign) = word.get(at) {
        let idle =
            STARTS.get(&(*sign as u64)).into_iter().flatten().filter(|idle| word[at..].starts_with(idle));
        match idle.map(Vec::len).max() {
            Some(length) => at += length,
            None => {
                at += 1;
                left += 1;
            }
        }
    }
    left > 1 && word.iter().any(|c| is_han(*c) || c.is_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_made_of_idle_ones_tell_nothing() {
        let tells = |word: &str| tells(&word.chars().collect::<Vec<char>>());
        for word in
            ["工单内容", "工单系统", "如果费用", "分左右", "来电反映", "2018", "什么问题", "故来电投诉", ""]
        {
            assert!(!tells(word), "{word}");
        }
        for word in ["出租车", "收银系统", "要求退款", "ktv"] {
            assert!(tells(word), "{word}");
        }
    }
}
