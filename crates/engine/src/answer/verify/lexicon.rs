//! The words that decide: those that say nothing by themselves, those that negate, and pairs of opposites. It must not know sentences.

/// Words that carry no claim of their own, normalised and stemmed, beside those that every question has.
const LIGHT: &[&str] = &[
    "因为", "所以", "因此", "由于", "从而", "于是", "但", "但是", "而", "而且", "并且", "并", "同时", "此外", "另外", "其中", "如果", "例如", "比如", "即", "也就是说", "通常", "一般",
    "往往", "常", "常用", "大约", "约", "左右", "大概", "可", "能够", "仍", "仍然", "还是", "则", "只", "只是", "只要", "仅", "就是", "而是", "这样", "这种", "该", "此", "它们",
    "他们", "自己", "来说", "对于", "关于", "按", "根据", "依据", "由", "从", "到", "为", "给", "向", "以", "于", "等", "等等", "各", "每", "所", "将", "使得", "令", "会", "再",
    "又", "更", "最", "很", "较", "比较", "十分", "非常", "相当", "其实", "实际上", "必须", "需", "要", "想要", "是指", "指", "指的是", "属于", "作为", "成为", "原来", "跟着", "时候",
    "情况", "情况下", "方面", "过程", "方式", "方法", "一样", "原因", "在于", "不过", "然后", "首先", "最后", "没有", "没", "不", "无", "未", "非", "不是", "不会", "不能", "无需", "并不",
    "也不", "而不是", "而非", "比", "起来", "出来", "下来", "之后", "之前", "一", "两", "它的", "里面", "上面", "下面", "当", "当中", "那么", "虽然", "尽管", "不仅", "不但", "还要",
    "用于", "用来", "利用", "使用", "采用", "具有", "拥有", "存在", "整个", "之一", "一遍", "也要", "如", "是因为", "的原因", "每个", "变大时", "一个", "出", "器", "值", "量", "率", "后",
    "前", "起", "已", "已经", "曾", "地", "叫", "被称为", "这两个", "二者", "两者", "三者", "一些", "某些", "任何", "若", "且", "着", "过", "先", "一次", "都要", "各自", "becaus",
    "therefor", "thus", "henc", "but", "while", "wherea", "howev", "also", "such", "each", "everi", "all", "both", "most", "more", "less",
    "veri", "too", "much", "mani", "usual", "general", "often", "typic", "about", "around", "approxim", "rough", "onli", "just", "still",
    "even", "mean", "its", "their", "them", "itself", "one", "been", "being", "may", "might", "must", "need", "use", "make", "made", "let",
    "via", "per", "within", "without", "no", "never", "nor", "cannot", "instead", "rather", "like", "same", "other", "another", "over",
    "under", "through", "after", "befor", "first", "then", "final", "case", "way", "method", "exampl", "e.g", "i.e", "up", "out", "down",
    "again", "t", "more", "who", "whose", "where", "becom", "which", "new", "away", "far",
];

/// Whether a word says nothing by itself.
pub(super) fn is_light(word: &str) -> bool {
    crate::retrieve::query::is_question_word(word) || LIGHT.contains(&word)
}

/// Words with a negating character that negate nothing.
pub(super) const NOT_NEGATING: &[&str] = &[
    "不断", "不同", "不仅", "不但", "不管", "不论", "不少", "不过", "不妨", "不错", "不良", "不足", "不等", "非常", "无论", "无监督", "未来", "除非", "莫非", "无限", "不如", "无数", "无标注",
    "无关",
];

/// Words that begin like those and negate all the same.
pub(super) const STILL_NEGATING: &[&str] = &[
    "不同意", "不同步", "不同时", "不等于", "不等同", "不足以", "不过拟合", "不过度", "不断开", "不仅限", "不良好", "不管用", "不管理", "非常规", "未来得及",
    "无关闭", "不如实",
];

/// Chinese characters that negate what follows.
pub(super) const NEGATING: &[char] = &['不', '没', '無', '无', '未', '非', '勿', '别'];

/// Latin words that negate what follows.
pub(super) const NEGATING_WORDS: &[&str] = &["not", "no", "never", "without", "cannot", "neither", "nor", "none", "t"];

/// Two or more words that negate what follows.
pub(super) const NEGATING_PHRASES: &[&str] = &["instead of", "rather than", "避免", "无需", "以免"];

/// What ends the reach of a negation within a clause.
pub(super) const ENDS_REACH: &[char] = &['而', '但', '却', '只', '就', '才'];

/// Opposites: a claim with one of a pair is not supported by a sentence with the other. Chinese words are looked for as they are, Latin ones as stems.
pub(super) const OPPOSITES: &[(&[&str], &[&str])] = &[
    (
        &[
            "增加", "提高", "提升", "上升", "升高", "升到", "升至", "增大", "增长", "变大", "加大", "加倍", "放大", "调大", "扩大", "涨到",
            "increas", "rais", "rise", "grow", "higher", "up", "improv",
        ],
        &[
            "减少", "降低", "下降", "降到", "降至", "减小", "变小", "减半", "缩小", "调小", "减到", "减轻", "省", "decreas", "reduc", "lower",
            "fall", "drop", "shrink", "less", "cut",
        ],
    ),
    (
        &["大", "多", "larg", "larger", "largest", "big", "bigger", "most", "mani", "outnumb"],
        &["小", "少", "small", "smaller", "smallest", "littl", "fewest", "fewer", "few"],
    ),
    (&["多数", "大多数", "大部分", "绝大多数", "绝大部分"], &["少数", "小部分", "极少数"]),
    (&["高", "high", "higher", "highest"], &["低", "low", "lower", "lowest"]),
    (&["快", "fast", "faster", "fastest", "quick", "加快", "加速", "speed"], &["慢", "slow", "slower", "slowest"]),
    (&["长", "long", "longer"], &["短", "short", "shorter"]),
    (&["强", "strong", "stronger"], &["弱", "weak", "weaker"]),
    (&["好", "优于", "胜过", "better", "best", "good"], &["差", "劣于", "不如", "坏", "wors", "worst", "bad"]),
    (&["以上", "超过", "大于", "高于", "多于", "至少", "above", "exceed"], &["以下", "不到", "小于", "低于", "少于", "至多", "below"]),
    (&["首先", "first"], &["最后", "final", "finally", "last"]),
    (&["之前", "以前", "befor", "before"], &["之后", "以后", "after"]),
    (&["相同", "一致", "一样", "same", "equal", "ident"], &["不同", "不一致", "差异", "differ"]),
    (&["编码器", "encod"], &["解码器", "decod"]),
    (&["前向", "forward"], &["反向", "backward"]),
    (&["上溢", "overflow"], &["下溢", "underflow"]),
    (&["双向", "bidirect"], &["单向", "unidirect"]),
    (&["绝对", "absolut"], &["相对", "relat"]),
    (&["局部", "local"], &["全局", "global"]),
    (&["并行", "parallel"], &["串行", "serial", "sequenti"]),
    (&["合并", "merg"], &["拆", "拆分", "切分", "split"]),
    (&["新版本"], &["旧版本"]),
    (&["最频繁", "最多", "frequent"], &["最少", "rare", "rarest"]),
    (&["静态", "static"], &["动态", "dynam"]),
    (&["软标签", "软", "soft"], &["硬标签", "硬", "hard"]),
    (&["同步", "synchron"], &["异步", "asynchron"]),
    (&["在线", "线上", "onlin"], &["离线", "线下", "offlin"]),
    (&["输入", "input"], &["输出", "output"]),
    (&["显式", "explicit"], &["隐式", "implicit"]),
    (&["必须", "必要", "must"], &["可选", "option"]),
    (&["开始", "begin", "start"], &["结束", "end", "stop"]),
    (&["优点", "好处", "优势", "advantag", "benefit"], &["缺点", "局限", "短板", "drawback", "disadvantag", "weak"]),
];

/// Marks after which the order of two things is the claim itself.
pub(super) const ORDERED: &[&str] = &[
    "比", "逼近", "而不是", "而非", "优于", "高于", "低于", "大于", "小于", "从", "先", " than ", " from ", " instead of ", " rather than ", " into ", " then ",
    " first ", "→", "->",
];

/// Marks of a claim about every one of a kind, and of the order of steps; Latin ones as whole words.
pub(super) const ALL: &[&str] = &["所有", "全部", "一切", "任何", "每个", "每一", "每种", "每台", "每层", "总是", "始终", " all ", " every ", " always ", " any ", " everyone ", " everything "];

/// What says of a statement that it holds for every one, beside those.
pub(super) const ALL_TOO: &[&str] = &["都", "均", "皆", "每", "各", "无论", "不管", " each ", " both ", " no ", " none "];

/// What says that it holds for some.
pub(super) const SOME: &[&str] = &[
    "有些", "有的", "一些", "某些", "一部分", "大部分", "小部分", "多数", "少数", "不少", "只有", "仅有", "一般", "通常", "往往", "多半", "隔层", " some ", " most ", " many ", " few ", " several ", " usually ",
    " often ", " sometimes ", " only ",
];

/// Marks of a claim that leaves everything else out.
pub(super) const ONLY: &[&str] = &["只", "仅", "唯一", "唯有", " only ", " solely ", " exclusively ", " nothing but "];

/// Words with such a mark that leave nothing out.
pub(super) const NOT_ONLY: &[&str] = &["不只", "不仅", "只是", "只要", "只读", "一只", "两只", " not only "];

/// What says so in a statement, beside those.
pub(super) const ONLY_TOO: &[&str] = &["唯", "才", "单独", "除", " alone ", " except ", " but ", " just ", " single ", " merely ", " unless "];

/// How a clause begins that says why, or on what condition, the other one holds.
pub(super) const CAUSES: &[&str] = &["因为", "由于", "如果", "若", "只要", "一旦", "假如", "because ", "since ", "if ", "when ", "whenever ", "as long as ", "due to "];

/// How a clause begins that says what follows from the one before it.
pub(super) const EFFECTS: &[&str] = &["所以", "因此", "因而", "于是", "从而", "以致", "导致", "so ", "therefore ", "thus ", "hence ", "which means ", "consequently "];

/// Two marks, one after the other, between which a claim puts steps in order.
pub(super) const STEPS: &[(&str, &str)] = &[
    ("先", "再"), ("先", "然后"), ("先", "最后"), ("先", "后"), ("首先", "其次"), ("第一步", "第二步"), (" first ", " then "), (" first ", " finally "), (" first ", " before "),
];

/// Marks of the passive: who does it comes after what is done to.
pub(super) const PASSIVE: &[&str] = &["由", "被", "受", " by "];

/// Marks of what others say, and the note does not.
pub(super) const HEARSAY: &[&str] = &[
    "有资料", "有的资料", "资料常", "有人说", "有人认为", "常被误", "误以为", "有的教程", "教程常", "网上常", "some say", "it is often said", "it is often claimed", "often mistaken",
    "sources claim",
];

/// Marks of a heading that names several things: what stands below it is about one of them, and the heading does not say about which.
pub(super) const SEVERAL: &[&str] = &["和", "与", "、", "或", "还是", "区别", "对比", " and ", " or ", " vs", ", ", "，"];

/// What follows a Chinese numeral that counts something.
pub(super) const MEASURES: &[&str] = &[
    "个", "种", "步", "层", "类", "次", "倍", "条", "项", "套", "组", "份", "张", "年", "天", "周", "阶", "头", "台", "点", "大", "维", "位", "代",
    "轮", "块", "段", "级", "篇", "名", "人", "万", "亿", "星期", "小时", "阶段",
];

/// English numerals that count something.
pub(super) const NUMERALS: &[(&str, f64)] = &[
    ("two", 2.0), ("three", 3.0), ("four", 4.0), ("five", 5.0), ("six", 6.0), ("seven", 7.0), ("eight", 8.0), ("nine", 9.0), ("ten", 10.0),
    ("eleven", 11.0), ("twelve", 12.0), ("twenty", 20.0), ("thirty", 30.0), ("fifty", 50.0), ("hundred", 100.0), ("twice", 2.0),
    ("thousand", 1_000.0),
];

/// Units, one that another begins with after it: what a number counts must be the same where both sides say it.
pub(super) const UNITS: &[(&str, &str)] = &[
    ("percentage point", "point"), ("百分点", "point"), ("个百分点", "point"), ("percent", "%"), ("%", "%"), ("tb", "tb"), ("gb", "gb"), ("mb", "mb"),
    ("kb", "kb"), ("字节", "byte"), ("byte", "byte"), ("毫秒", "ms"), ("ms", "ms"), ("秒", "s"), ("second", "s"), ("分钟", "min"), ("minute", "min"),
    ("小时", "h"), ("hour", "h"), ("星期", "week"), ("个星期", "week"), ("周", "week"), ("week", "week"), ("天", "day"), ("day", "day"),
    ("个月", "month"), ("月", "month"), ("month", "month"), ("倍", "times"), ("times", "times"), ("层", "layer"), ("layer", "layer"), ("位", "bit"),
    ("bit", "bit"), ("步", "step"), ("step", "step"), ("维", "dim"), ("mbit", "mbit"), ("gbit", "gbit"), ("公里", "km"), ("千米", "km"), ("km", "km"), ("英里", "mile"),
    ("mile", "mile"), ("公斤", "kg"), ("千克", "kg"), ("kg", "kg"), ("毫克", "mg"), ("mg", "mg"), ("岁", "year"), ("年", "year"), ("year", "year"), ("s", "s"),
];

/// Signs before a number that say whether more or less than it is meant.
pub(super) const SIGNS: &[(&str, bool)] = &[
    (">", true), ("≥", true), (">=", true), ("\\ge", true), ("\\geq", true), ("\\gt", true), ("<", false), ("≤", false), ("<=", false), ("\\le", false), ("\\leq", false),
    ("\\lt", false),
];

/// What multiplies the number before it.
pub(super) const SCALES: &[(&str, f64)] = &[("万", 1e4), ("亿", 1e8), ("thousand", 1e3), ("million", 1e6), ("billion", 1e9), ("trillion", 1e12)];
