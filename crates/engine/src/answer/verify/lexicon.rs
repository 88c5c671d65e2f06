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
            "fall", "drop", "shrink", "less", "cut", "down",
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
    (&["开始", "begin", "began", "begun", "start"], &["结束", "end", "stop"]),
    (&["打开", "open"], &["关闭", "关上", "close"]),
    (&["买", "买入", "买进", "购买", "bought", "buy", "purchas"], &["卖", "卖出", "出售", "sold", "sell"]),
    (&["借出", "借给", "lend", "lent"], &["借入", "借来", "borrow"]),
    (&["出发", "离开", "depart", "leav", "left"], &["到达", "抵达", "arriv"]),
    (&["里面", "内部", "室内", "insid", "indoor", "intern"], &["外面", "外部", "室外", "outsid", "outdoor", "extern"]),
    (&["赢", "获胜", "won", "win"], &["输", "lost", "lose"]),
    (&["接受", "accept"], &["拒绝", "refus", "reject"]),
    (&["允许", "准许", "allow", "permit"], &["禁止", "不准", "forbid", "forbidden", "prohibit"]),
    (&["进口", "import"], &["出口", "export"]),
    (&["便宜", "cheap", "cheaper", "cheapest"], &["贵", "昂贵", "expens"]),
    (&["容易", "简单", "easi", "easier", "easiest"], &["困难", "难", "hard", "harder", "hardest", "difficult"]),
    (&["公开", "public"], &["私有", "私人", "privat"]),
    (&["成功", "succeed", "success"], &["失败", "fail", "failur"]),
    (&["启用", "开启", "enabl"], &["禁用", "停用", "disabl"]),
    (&["上传", "upload"], &["下载", "download"]),
    (&["发送", "send", "sent"], &["接收", "receiv"]),
    (&["加密", "encrypt"], &["解密", "decrypt"]),
    (&["压缩", "compress"], &["解压", "decompress"]),
    (&["水平", "横向", "horizont"], &["垂直", "纵向", "vertic"]),
    (&["厚", "thick", "thicker"], &["薄", "thin", "thinner"]),
    (&["宽", "wider"], &["窄", "narrower"]),
    (&["深", "deep", "deeper"], &["浅", "shallow", "shallower"]),
    (&["安全", "safe", "safer", "safest"], &["危险", "danger", "unsaf"]),
    (&["奇数", "odd"], &["偶数"]),
    (&["年轻", "young", "younger", "youngest"], &["年老", "older", "oldest"]),
    (&["重", "heavi", "heavier", "heaviest"], &["轻", "lighter", "lightest"]),
    (&["热", "hot", "hotter", "warm", "warmer"], &["冷", "cold", "colder", "cool", "cooler"]),
    (&["湿", "wet"], &["干", "dri", "dry"]),
    (&["精确", "准确", "exact", "precis"], &["近似", "大致", "approxim"]),
    (&["最大", "maximum"], &["最小", "minimum"]),
    (&["早", "earlier", "earliest", "earli"], &["晚", "later", "latest", "late"]),
    (&["优点", "好处", "优势", "advantag", "benefit"], &["缺点", "局限", "短板", "drawback", "disadvantag", "weak"]),
];

/// Sets of more than two that exclude one another, each member with its names; Latin ones as stems.
pub(super) const EXCLUSIVE: &[&[&[&str]]] = &[
    &[&["早上", "上午", "早晨", "清晨", "morn"], &["中午", "noon", "midday"], &["下午", "afternoon"], &["晚上", "傍晚", "even"], &["夜里", "夜间", "半夜", "night"]],
    &[&["北", "北部", "北方", "北边", "北侧", "北面", "north", "northern"], &["南", "南部", "南方", "南边", "南侧", "南面", "south", "southern"],
      &["东部", "东方", "东边", "东侧", "东面", "east", "eastern"], &["西部", "西方", "西边", "西侧", "西面", "west", "western"]],
    &[&["春天", "春季", "spring"], &["夏天", "夏季", "summer"], &["秋天", "秋季", "autumn"], &["冬天", "冬季", "winter"]],
    &[&["红", "红色", "red"], &["黄", "黄色", "yellow"], &["蓝", "蓝色", "blue"], &["绿", "绿色", "green"], &["白", "白色", "white"], &["黑", "黑色", "black"], &["灰", "灰色", "grey", "gray"],
      &["棕", "棕色", "brown"], &["紫", "紫色", "purpl"], &["橙色", "orang"]],
    &[&["每天", "每日", "daili"], &["每周", "每星期", "weekly"], &["每月", "每个月", "month"], &["每年", "每年度", "yearly", "annual"], &["每小时", "hour"], &["每分钟"], &["每秒"]],
];

/// Small words that say the same.
pub(super) const SYNONYMS: &[&[&str]] = &[
    &["约", "大约", "大概", "左右", "about", "around", "approxim"], &["如果", "要是", "假如", "若", "倘若", "的话", "if"], &["通常", "往往", "usual", "typic"], &["同一", "同一个"], &["或", "或者", "or"],
];

/// Joins the last two of a list, where marks may stand instead.
pub(super) const JOINS_A_LIST: &[&str] = &["和", "与", "及", "以及"];

/// Characters of which two words may differ by one and mean different things.
pub(super) const CONTRASTS: &[&str] = &["东西南北中", "左右", "上下", "前后", "内外", "早晚", "男女", "大小", "高低", "长短", "正负反", "新旧", "公私", "父母子", "年月周日天季", "春夏秋冬", "甲乙丙丁", "出入进"];

/// Surnames that seldom begin another word.
pub(super) const SURNAMES: &str = "王李张刘陈杨赵吴徐孙朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范廖贾夏韦傅邹熊孟秦邱侯尹薛闫雷史陶贺毛郝顾龚邵严覃武钱戴莫孔汤";

/// Characters at the end of a Chinese word that a translation has no word for.
pub(super) const PARTICLES: &str = "们的了着";

/// Words of time, which a translation may have at another place.
pub(super) const TIMES: &[&str] = &[
    "早上", "上午", "早晨", "清晨", "morn", "中午", "noon", "midday", "下午", "afternoon", "晚上", "傍晚", "even", "night", "夜里", "夜间", "半夜", "春天", "春季", "spring", "夏天", "夏季",
    "summer", "秋天", "秋季", "autumn", "冬天", "冬季", "winter", "每天", "每日", "daili", "每周", "每星期", "weekly", "每月", "每个月", "每年", "每年度", "yearly", "annual", "每小时", "天", "周",
    "星期", "月", "年", "小时", "day", "week", "month", "year", "hour", "今天", "today", "明天", "tomorrow", "昨天", "yesterday",
];

/// What joins two verbs of one subject.
pub(super) const AND: &[&str] = &["and", "并", "并且"];

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
    "有些", "有的", "一些", "某些", "一部分", "大部分", "小部分", "多数", "少数", "不少", "只有", "仅有", "一般", "通常", "往往", "多半", "隔层", "中有", " some ", " most ", " many ", " few ", " several ", " usually ",
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
    "轮", "块", "段", "级", "篇", "名", "人", "万", "亿", "星期", "小时", "阶段", "度", "斤", "克", "米", "升", "晚", "场", "节", "棵", "只", "匹", "辆", "架", "艘", "座", "栋", "间", "件",
    "封", "本", "杯", "瓶", "碗", "勺", "盒", "包", "袋", "双", "片", "粒", "首", "幅", "批", "户", "站", "集", "句", "门", "根", "把", "盏", "颗", "成", "折",
];

/// English numerals, of which longer ones are put together.
pub(super) const NUMERALS: &[(&str, f64)] = &[
    ("one", 1.0), ("two", 2.0), ("three", 3.0), ("four", 4.0), ("five", 5.0), ("six", 6.0), ("seven", 7.0), ("eight", 8.0), ("nine", 9.0), ("ten", 10.0), ("eleven", 11.0),
    ("twelve", 12.0), ("thirteen", 13.0), ("fourteen", 14.0), ("fifteen", 15.0), ("sixteen", 16.0), ("seventeen", 17.0), ("eighteen", 18.0), ("nineteen", 19.0), ("twenty", 20.0),
    ("thirty", 30.0), ("forty", 40.0), ("fifty", 50.0), ("sixty", 60.0), ("seventy", 70.0), ("eighty", 80.0), ("ninety", 90.0), ("hundred", 100.0), ("twice", 2.0), ("dozen", 12.0),
    ("thousand", 1e3), ("million", 1e6), ("billion", 1e9),
];

/// Units, one that another begins with after it: what a number counts must be the same where both sides say it.
pub(super) const UNITS: &[(&str, &str)] = &[
    ("percentage point", "point"), ("百分点", "point"), ("个百分点", "point"), ("percent", "%"), ("%", "%"), ("tb", "tb"), ("gb", "gb"), ("mb", "mb"),
    ("kb", "kb"), ("字节", "byte"), ("byte", "byte"), ("毫秒", "ms"), ("ms", "ms"), ("秒", "s"), ("second", "s"), ("分钟", "min"), ("minute", "min"),
    ("美元", "usd"), ("dollar", "usd"), ("欧元", "eur"), ("euro", "eur"), ("日元", "jpy"), ("yen", "jpy"), ("英镑", "gbp"), ("港元", "hkd"), ("元", "cny"), ("yuan", "cny"),
    ("小时", "h"), ("hour", "h"), ("星期", "week"), ("个星期", "week"), ("周", "week"), ("week", "week"), ("天", "day"), ("day", "day"),
    ("个月", "month"), ("月", "month"), ("month", "month"), ("倍", "times"), ("times", "times"), ("层", "layer"), ("layer", "layer"), ("位", "bit"),
    ("bit", "bit"), ("步", "step"), ("step", "step"), ("维", "dim"), ("mbit", "mbit"), ("gbit", "gbit"), ("公里", "km"), ("千米", "km"), ("km", "km"), ("英里", "mile"),
    ("mile", "mile"), ("公斤", "kg"), ("千克", "kg"), ("kg", "kg"), ("毫克", "mg"), ("mg", "mg"), ("岁", "year"), ("年", "year"), ("year", "year"), ("s", "s"),
];

/// Signs before a number that say what money it counts: the unit, and the word that stands for it after a number.
pub(super) const CURRENCIES: &[(char, &str, &str)] = &[('$', "usd", "dollar"), ('€', "eur", "euro"), ('£', "gbp", "pound")];

/// What is numbered and not counted: a place in a row, a day of the week, a month of the year.
pub(super) const PLACE: &str = "place";
pub(super) const WEEKDAY: &str = "weekday";
pub(super) const MONTH: &str = "month of the year";

/// English places in a row.
pub(super) const ORDINALS: &[(&str, f64)] = &[
    ("first", 1.0), ("second", 2.0), ("third", 3.0), ("fourth", 4.0), ("fifth", 5.0), ("sixth", 6.0), ("seventh", 7.0), ("eighth", 8.0), ("ninth", 9.0), ("tenth", 10.0),
];

/// English days and months.
pub(super) const CALENDAR: &[(&str, &str, f64)] = &[
    ("monday", WEEKDAY, 1.0), ("mondays", WEEKDAY, 1.0), ("tuesday", WEEKDAY, 2.0), ("tuesdays", WEEKDAY, 2.0), ("wednesday", WEEKDAY, 3.0), ("wednesdays", WEEKDAY, 3.0),
    ("thursday", WEEKDAY, 4.0), ("thursdays", WEEKDAY, 4.0), ("friday", WEEKDAY, 5.0), ("fridays", WEEKDAY, 5.0), ("saturday", WEEKDAY, 6.0), ("saturdays", WEEKDAY, 6.0),
    ("sunday", WEEKDAY, 7.0), ("sundays", WEEKDAY, 7.0), ("january", MONTH, 1.0), ("february", MONTH, 2.0), ("march", MONTH, 3.0), ("april", MONTH, 4.0), ("may", MONTH, 5.0),
    ("june", MONTH, 6.0), ("july", MONTH, 7.0), ("august", MONTH, 8.0), ("september", MONTH, 9.0), ("october", MONTH, 10.0), ("november", MONTH, 11.0), ("december", MONTH, 12.0),
];

/// Before the number of a Chinese weekday, and after what is no weekday: 「两周三次」 counts.
pub(super) const CHINESE_WEEK: &[&str] = &["周", "星期", "礼拜"];
pub(super) const PERIODS: &[char] = &['次', '个', '天', '年', '月', '期', '回', '遍'];

/// Signs before a number that say whether more or less than it is meant.
pub(super) const SIGNS: &[(&str, bool)] = &[
    (">", true), ("≥", true), (">=", true), ("\\ge", true), ("\\geq", true), ("\\gt", true), ("<", false), ("≤", false), ("<=", false), ("\\le", false), ("\\leq", false),
    ("\\lt", false), ("no more than", false), ("not more than", false), ("not exceed", false), ("不超过", false), ("不得超过", false), ("不要超过", false), ("不能超过", false), ("不多于", false),
    ("不高于", false), ("不大于", false), ("no less than", true), ("no fewer than", true), ("not less than", true), ("不少于", true), ("不低于", true), ("不得低于", true), ("不能低于", true),
    ("不要低于", true), ("不小于", true), ("more than", true), ("at least", true), ("over", true), ("above", true), ("超过", true), ("多于", true), ("大于", true), ("高于", true), ("至少", true),
    ("less than", false), ("fewer than", false), ("under", false), ("below", false), ("at most", false), ("up to", false), ("不到", false), ("少于", false), ("小于", false), ("低于", false),
    ("至多", false), ("最多", false),
];

/// What multiplies the number before it.
pub(super) const SCALES: &[(&str, f64)] = &[("万", 1e4), ("亿", 1e8), ("thousand", 1e3), ("million", 1e6), ("billion", 1e9), ("trillion", 1e12)];

/// What a statement is limited by, by kind, and words with such a mark that are none. In order: perhaps; as a plan or a wish; as a question; as advice; by
/// somebody's word or by how it seems; in the past; not quite; hardly; not done after all; in another case than this; by mistake.
pub(super) const LIMITS: &[(&[&str], &[&str])] = &[
    (
        &["可能", "也许", "或许", "说不定", "未必", " may ", " might ", " perhaps ", " maybe ", " possibl", " could ", " potentially "],
        &["不可能", "可能性", " in may ", " as soon as possible ", "尽可能"],
    ),
    (
        &[
            "计划", "打算", "拟于", "准备在", "即将", "将于", "将要", "将会", "预计", "原想", "本想", "本来", "试图", "希望", " wanted to ", " wants to ", " wishes to ", " tried to ", " tries to ",
            " meant to ", " plan ", " plans ", " planned ", " intend", " will ", " going to ", " is to ", " are to ", " hopes to ", " hoped to ",
        ],
        &["按计划", "计划书"],
    ),
    (
        &["是否", "能不能", "会不会", "可不可以", "该不该", "要不要", "有没有", " asked ", " whether ", " wonder"],
        &["无论是否", "regardless of whether", "whether or not"],
    ),
    (&["建议", "提议", "推荐", " recommend", " suggest", " propos", " advis", " should "], &[]),
    (
        &[
            "认为", "怀疑", "觉得", "声称", "据说", "听说", "传闻", "说", "主张", "猜测", "推测", "坚称", "担心", "似乎", "好像", "看似", "理论上", "原则上", " suspect", " believe", " think", " thought ",
            " claim", " guess", " says ", " said ", " told ", " doubt", " rumour", " alleged", " according to ", " argue", " assume", " fear", " expect", " predict", " suppose", " insist", " deny",
            " denies ", " denied ", " seem", " appears to ", " appeared to ", " apparently ", " in theory ", " in principle ", " on paper ",
        ],
        &["说明", "说法", "也就是说", "来说", "说话", "可以说", "小说", "学说", "传说", "演说", "解说", "换句话说", "的说", "说得", "一般说", " that said "],
    ),
    (
        &[
            "过去", "以前", "曾经", "原先", "从前", "去年", "前年", "昨天", "上个月", "上周", "为止", " used to ", " formerly ", " previously ", " until ", " last year ", " last month ", " last week ",
            " yesterday ", " ago ",
        ],
        &["以前的", "过去的", "比去年", "比上周", "比上个月", " than last "],
    ),
    (&["差点", "险些", "几乎", "部分地", "不完全", " almost ", " nearly ", " partly ", " partially "], &[]),
    (&["很少", "极少", "难得", "鲜有", " rarely ", " seldom ", " hardly ", " scarcely ", " barely "], &[]),
    (&["忘了", "忘记", "拒绝", "放弃", "假装", " failed to ", " refused to ", " declined to ", " forgot to ", " pretend", " gave up "], &[]),
    (&["本该", "本可", "要不是", "否则", " would ", " should have ", " could have ", " otherwise "], &[]),
    (&["误以为", "误认为", "误当", " wrongly ", " mistakenly ", " by mistake "], &[]),
];

/// What a clause begins with that is a condition, and what begins one within a clause.
pub(super) const BEGIN_CONDITIONS: &[&str] = &["如果", "若", "只有", "除非", "假如", "要是", "一旦", "只要", "万一", "倘若", "假使", "未经", "without ", "if ", "in case ", "unless ", "only if ", "only when ", "provided ", "as long as "];
pub(super) const CONDITIONS: &[&str] = &[" if ", " unless ", " only when ", " provided that ", " as long as ", "如果", "的话", "除非"];

/// What stands between a condition and what holds only then.
pub(super) const ONLY_THEN: &[&str] = &["才"];

/// Marks of an exception, the two that stand around one, and words with such a mark that make none.
pub(super) const EXCEPT: &[&str] = &["除了", "除非", "之外", "以外", "除外", "例外", " except", " apart from ", " other than ", " everyone but ", " all but ", " everything but ", " unless "];
pub(super) const EXCEPT_AROUND: (char, char) = ('除', '外');
pub(super) const NOT_EXCEPT: &[&str] = &["可以外", " all but gone ", "删除", "排除", "移除", "消除", "去除", "解除", "扣除"];

/// "Not every".
pub(super) const NOT_ALL: &[&str] = &["并非所有", "不是所有", "并不是所有", "并非每", "不是每", "并非全", "不都", "不全", " not every", " not all "];

/// Marks of a claim that something has to be, of one that it may be, and what says in a statement that it has to be.
pub(super) const MUST: &[&str] = &["必须", "务必", "一定要", " must ", " have to ", " has to "];
pub(super) const NEEDED: &[&str] = &["要", "需", "应", "只能", "不能", "不得", "须", "得", " need", " only ", " requir", " should ", " shall ", " oblig"];
pub(super) const MAY: &[&str] = &["可以", "可", "能", " may ", " can ", " allowed ", " permitted "];

/// Marks of what is not done yet, and of a claim that it is.
pub(super) const NOT_YET: &[&str] = &["将", "尚未", "还没", "计划", "打算", "明年", "下个月", "下周", " will ", " going to ", " plan", " not yet ", " next year "];
pub(super) const DONE: &[&str] = &["已", "了", "曾", " was ", " were ", " has ", " have ", " had ", " did "];

/// Between which two marks stands what no longer is, what tells that it changed, and what says of a claim that it means what was.
pub(super) const FROM_TO: &[(&str, &str)] = &[("从", "改"), ("从", "到"), ("从", "降"), ("从", "升"), ("从", "涨"), ("从", "增"), ("从", "减"), ("由", "改"), ("由", "变"), ("由", "降"), ("由", "升"), (" from ", " to ")];
pub(super) const CHANGED: &[&str] = &[
    "改", "升", "降", "涨", "增", "减", "搬", "换", "变", "推迟", "提前", "延", " moved ", " change", " fell ", " rose ", " drop", " increase", " reduc", " raise", " lower", " switch", " postpone",
    " delay", " rename", " cut ", " grew ", " shrank ", " went ", " goes ", " falls ", " rises ", " grows ",
];
pub(super) const OLD: &[&str] = &["从", "由", "原", "以前", "过去", "曾", "之前", " from ", " was ", " were ", " had ", " before ", " formerly ", " used to "];

/// Marks of what was, and of what is.
pub(super) const PAST: &[&str] = &[" was ", " were "];
pub(super) const PRESENT: &[&str] = &[" is ", " are "];

/// Marks of what does not hinder something, and of what causes it.
pub(super) const IN_SPITE: &[&str] = &["虽然", "尽管", "即使", "即便", " although ", " though ", " despite ", " in spite of "];
pub(super) const BECAUSE: &[&str] = &["因为", "由于", "因此", "所以", "导致", " because ", " due to ", " therefore ", " so that "];

/// On which side of a time something is, after its Chinese name.
pub(super) const SIDES: &[&[&str]] = &[&["前", "之前", "以前"], &["后", "之后", "以后"]];

/// Marks of what somebody does in a sentence: gets, gives, does.
pub(super) const ROLES: &[&[&str]] = &[&["to", "给", "给了"], &["from", "从", "向"], &["by", "被"]];

/// What passes from one to another, so that who is named first is who gives or who gets.
pub(super) const GIVING: &[&str] = &["送", "借", "卖", "租", "还", "交", "寄", "付", "欠", " to "];

/// After which 「向」 means "from".
pub(super) const VERBS_OF_FROM: &[&str] = &["借", "租", "买", "学", "讨", "索", "收", "取", "要", "订"];

/// Small words that a claim may leave out of what says it: what only joins sentences, points back or stands before a noun.
pub(super) const HARMLESS: &[&str] = &[
    "的", "了", "是", "则", "但", "而", "而且", "并", "因此", "所以", "因为", "是因为", "从而", "就是", "它", "这", "该", "其", "做", "例如", "具体", "由", "一个", "个", "之", "地", "得", "本身", "把", "使", "即", "a", "an",
    "the", "is", "are", "it", "this", "that", "also", "so", "becaus", "and", "but", "while", "therefor", "thus",
];

/// Small words that a claim may have beyond what says it.
pub(super) const ADDABLE: &[&str] = &[
    "的", "了", "是", "在", "有", "会", "可", "可以", "能", "时", "则", "它", "这", "该", "其", "一个", "个", "之", "地", "得", "中", "里", "上", "就", "要", "用", "对", "把", "被", "由", "为", "需", "需要", "到",
    "但", "而", "并", "因为", "所以", "从", "指", "属于", "使用", "用于", "一遍", "跟着", "就是", "来", "以", "做", "出来", "而且", "也", "a", "an", "the", "is", "are", "it", "this", "that", "of", "in", "to", "for", "with", "by", "on", "at", "as",
    "have", "and", "which", "were", "be", "been", "but", "while", "becaus", "make", "there",
];

/// What joins two halves of a clause of which each is a statement of its own.
pub(super) const JOINS: &[&str] = &["and", "or", "并", "而", "以及", "和", "或", "或者", "但", "并且"];
