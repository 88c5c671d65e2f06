//! The words that the rules of follow-ups know, normalised: what points back, what only looks as if it did, what every question has, and what
//! is asked of a subject (its drawbacks, its cost). It must not know rules.

/// Chinese words that hold 其, 他, 这, 那, 该 or 此 and point to nothing said before.
pub(super) const NO_REFERENCE: &[&str] = &[
    "其他", "其它", "其中", "其实", "其次", "其余", "其间", "其后", "其一", "其二", "其三", "其所", "其乐", "尤其", "极其", "与其", "何其",
    "莫名其妙", "土耳其", "马其顿", "名副其实", "自圆其说", "突如其来", "恰如其分", "各得其所", "出其不意", "吉他", "他人", "维他命",
    "排他", "利他", "应该", "因此", "此外", "如此", "彼此", "此时", "由此", "从此", "至此", "为此", "在此", "此前", "此后", "这几",
    "这些年", "这一年", "这年", "这天", "这周", "这次", "这一次", "这个世界", "这世界", "这个时代", "这个领域", "这个行业", "这个项目",
    "这个月", "这个季度", "这个星期", "这段时间", "这里", "这边", "这儿", "这时", "这样", "这么", "这篇笔记", "这些笔记", "这份笔记",
    "这个笔记", "这个文件夹", "这个库", "那时", "那年", "那天", "那次", "那样", "那么", "刹那", "那达慕", "他们俩",
];

/// What stands around a day that is asked about like another one before.
pub(super) const AROUND_DAY: &[&str] = &["那", "那么", "呢", "那么呢", "和", "and", "what", "how", "about", "on", "then", "so"];

/// What begins a correction of the question before.
pub(super) const NO: &[&str] = &["不对", "不是", "不", "错了", "抱歉", "不好意思", "no", "sorry", "actually", "not that"];

/// What says, perhaps behind one of these, what was meant.
pub(super) const MEANT: &[&str] = &[
    "我是说", "我说的是", "我指的是", "我是指", "我问的是", "我是问", "我想问的是", "我要问的是", "i meant", "i mean", "i was asking about",
    "i am asking about", "i'm asking about", "i was talking about", "i'm talking about",
];

/// Nouns that stand for whatever is talked about: 这种方法 is the subject itself.
pub(super) const GENERIC: &[&str] = &[
    "技术手段", "算法模型", "方法", "技术", "模型", "算法", "概念", "机制", "策略", "问题", "现象", "方案", "结构", "架构", "过程", "指标",
    "公式", "框架", "工具", "系统", "任务", "东西", "做法", "思路", "技巧", "方式", "手段", "术语", "词", "理论", "范式", "流程", "功能",
];

/// What is asked of a subject, as a noun.
pub(super) const ASPECTS: &[&str] = &[
    "优点和缺点", "优势和劣势", "优缺点", "优点", "缺点", "优势", "劣势", "好处", "坏处", "长处", "短处", "不足之处", "不足", "局限性",
    "局限", "弊端", "缺陷", "原理", "作用", "用途", "用处", "意义", "含义", "定义", "意思", "概念", "特点", "特征", "特性", "区别", "不同",
    "差别", "差异", "异同", "相同点", "共同点", "不同点", "联系", "关系", "步骤", "流程", "过程", "应用场景", "使用场景", "适用场景",
    "场景", "应用", "难点", "难度", "挑战", "风险", "影响", "原因", "目的", "目标", "动机", "背景", "历史", "发展", "前景", "趋势", "种类",
    "类型", "类别", "分类", "变体", "例子", "核心思想", "基本思想", "基本思路", "基本原理", "思想", "思路", "核心", "本质", "结构", "组成",
    "公式", "复杂度", "时间复杂度", "空间复杂度", "计算量", "效果", "成本", "代价", "开销", "贡献", "作者", "替代方案", "替代品", "前提",
    "条件", "要求", "注意事项", "解决方法", "解决办法", "解决方案", "实现方式", "常见方法", "方法", "技巧", "指标", "评价指标", "评估方法",
    "细节", "关键", "重点", "性能", "精度", "速度", "延迟", "定理", "机制",
];

/// Quantities that are asked for with 多少 and then need a subject: 需要多少显存.
pub(super) const QUANTITIES: &[&str] = &[
    "显存", "内存", "数据", "算力", "时间", "参数量", "参数", "资源", "成本", "样本", "钱", "空间", "步", "层", "轮", "卡", "个",
];

/// Verbs that, directly after 怎么, need an object or subject from before.
pub(super) const HOW_VERBS: &[&str] = &[
    "实现", "训练", "评估", "使用", "计算", "选择", "解决", "避免", "理解", "优化", "部署", "改进", "缓解", "工作", "应用", "运作", "产生",
    "形成", "防止", "处理", "设置", "设计", "做到", "操作", "减少", "降低", "提高", "提升", "构建", "加速", "应对", "衡量", "检测", "区分",
    "减小", "缩小", "压缩", "扩展", "增大", "调整", "改善", "控制", "验证", "测试",
    "选", "用", "做", "算", "调", "设", "来", "学", "写", "读", "办",
];

/// Chinese words that say nothing about a subject: what makes a sentence a question, particles, politeness, weak verbs and adjectives.
pub(super) const EMPTY: &[&str] = &[
    "什么时候", "什么样", "什么", "为什么", "为何", "怎么样", "怎么回事", "怎么", "如何", "怎样", "哪些", "哪个", "哪种", "哪里", "哪儿",
    "哪一个", "多少", "多大", "多久", "多长", "多高", "几个", "几种", "请问", "请", "麻烦", "那么", "那", "的", "了", "吗", "呢", "吧",
    "啊", "呀", "嘛", "是", "有没有", "有", "没有", "能不能", "能", "会不会", "会", "可以", "可", "要", "需要", "应该", "必须", "适合",
    "适用", "用", "在", "对", "和", "与", "跟", "及", "或", "把", "被", "从", "到", "就", "都", "也", "还", "又", "再", "才", "更", "最",
    "很", "太", "比较", "主要", "一般", "通常", "常见", "常用", "具体", "各", "分别", "各自", "之间", "一下", "一点", "一些", "是否",
    "是不是", "何", "好", "好用", "有效", "有用", "重要", "难", "快", "慢", "大", "小", "贵", "便宜", "稳定", "简单", "可靠", "流行",
    "准确", "好不好", "吃", "占", "于", "之", "来", "去", "做", "得", "地", "所", "叫", "指", "算", "属于", "存在", "出现", "产生",
    "除此之外", "还有", "另外", "到底", "究竟", "真的", "具有", "带来", "受", "因为", "所以", "但是", "但", "不过", "而", "不", "几",
    "如果", "主要是", "关键", "核心", "目前", "现在", "实际", "实践", "中", "里", "上", "时", "啥",
];

/// What asks for more of the same.
pub(super) const MORE: &[&str] = &[
    "举个例子", "举例子", "举个", "举例", "例子", "例如", "比如", "比方", "详细", "具体", "简单", "通俗易懂", "通俗", "展开", "继续",
    "总结", "概括", "归纳", "换句话说", "换个说法", "说明", "细节", "还有吗", "还有呢", "然后呢", "真的吗", "说说", "讲讲", "谈谈", "聊聊",
    "介绍", "解释", "再说", "说", "讲",
];

/// Fillers around [`MORE`].
pub(super) const MORE_FILLERS: &[&str] = &[
    "你", "您", "我", "给", "帮", "一个", "一下", "一点", "一些", "点", "些", "更", "再", "能不能", "能", "可以", "请", "用", "的话", "话",
    "语言", "地", "来", "的", "吗", "呢", "吧", "那", "下", "个", "些吗", "多",
];

/// Chinese openings of a question that its subject follows.
pub(super) const OPENINGS: &[&str] = &[
    "请问", "请", "麻烦", "那么", "那", "你能", "您能", "能不能", "能否", "可以", "帮我", "给我", "告诉我", "介绍", "解释", "说明", "简述", "简要",
    "描述", "阐述", "讲讲", "讲一下", "说说", "说一下", "谈谈", "聊聊", "列举", "列出", "列一下", "总结", "分析", "比较", "对比", "一下", "什么是", "什么叫", "何为", "何谓",
    "为什么说", "为什么", "为何", "如何", "怎么", "怎样", "有哪些", "有什么", "哪些", "哪种", "什么样的", "什么", "关于", "对于", "在",
    "详细", "使用", "到底",
];

/// Verbs between 怎么 and the thing that is asked about.
pub(super) const OBJECT_VERBS: &[&str] = &[
    "减少", "缓解", "降低", "提高", "提升", "改善", "优化", "改进", "调节", "定义", "评估", "选择", "训练", "部署", "实现", "使用", "解决",
    "避免", "处理", "设计", "构建", "计算", "理解", "加速", "防止", "检测", "衡量", "应对", "配置", "安装", "设置", "增强", "增加", "消除",
    "控制", "利用", "进行", "去", "来", "选", "做", "用", "省", "加快",
];

/// Where the subject of a Chinese question ends.
pub(super) const PREDICATES: &[&str] = &[
    "是什么", "是", "有", "一天", "每天", "一年", "每年", "为什么", "为何", "怎么", "怎样", "如何", "各有", "能", "可以", "会", "需要", "应该", "要", "用了", "用什么",
    "是否", "讲了", "说了", "包括", "包含", "支持", "适合", "适用", "分为", "越", "由", "吗", "呢", "相比", "跟", "比", "省", "多大",
    "多少", "哪些", "哪个", "哪种", "哪里", "什么", "几", "都", "也", "一般", "通常", "放在", "占", "快", "慢", "好在", "不", "依赖",
    "起到", "起", "把", "被", "对", "使", "哪",
];

/// What people do, and hardly anything else.
pub(super) const PERSON_VERBS: &[&str] =
    &["负责", "认为", "觉得", "答应", "打算", "住在", "说了", "说过", "决定了", "建议了", "提议", "加入了", "毕业于", "出生", "喜欢", "生日"];

/// The same in English.
pub(super) const EN_PERSON_VERBS: &[&str] = &[
    "decide", "decided", "say", "said", "think", "thinks", "thought", "suggest", "suggested", "suggests", "join", "joined", "want", "wanted", "wants", "promise",
    "promised", "prefer", "prefers", "preferred", "live", "lives", "lived", "agree", "agreed", "ask", "asked", "recommend", "recommended", "born",
];

/// Verbs that stand between the subject of a Chinese question and what is asked for.
pub(super) const VERBS: &[&str] = &[
    "用", "吃", "睡", "花", "来自", "位于", "建于", "成立于", "成立", "建成", "发明", "提出", "发表", "出版", "开始", "生于", "毕业于", "叫", "含", "需", "长", "重", "高", "活",
];

/// Words that hold a predicate's or a conjunction's character and are none.
pub(super) const NO_PREDICATE: &[&str] = &[
    "性能", "功能", "智能", "可能", "能力", "能量", "能耗", "节能", "技能", "会议", "机会", "社会", "会话", "会计", "有监督", "有效",
    "有限", "有向", "所有", "拥有", "私有", "没有答案", "重要", "主要", "摘要", "纪要", "必要", "要素", "概要", "自由", "理由", "路由",
    "由来", "比较", "对比", "比例", "比特", "占比", "信噪比", "几何", "不变", "不确定", "不平衡", "不足", "快照", "快速", "优越", "超越",
    "跨越", "省略", "起源", "对齐", "对话", "对抗", "对称", "对数", "对象", "应对", "面对", "绝对", "相对", "成对", "对照", "对偶", "使用",
    "还是", "都市", "跟踪", "跟随", "饱和", "和谐", "总和", "求和", "和声", "共和", "温和", "缓和", "和解", "参与", "与否", "比赛", "有序", "无序",
    "不良", "不同", "大都", "都是", "也是", "慢思考", "快思考", "是非", "通用", "自有", "固有", "特有", "要求", "需要", "应用", "作用",
    "把握", "能源", "功率比", "区别对待", "有害", "有偏", "有无", "有界", "预训练", "训练集",
];

/// Words that make a comparison of what stands before and after 和.
pub(super) const COMPARING: &[&str] = &[
    "区别", "不同", "差别", "差异", "异同", "相比", "比较", "对比", "关系", "联系", "比起来", "比", "相似", "哪个", "一样", "优势", "劣势",
    "各自", "怎么选",
];

/// Pairs of what is asked of a subject, Chinese and English, for questions that change the language.
pub(super) const TRANSLATED: &[(&str, &str)] = &[
    ("优缺点", "pros and cons"), ("缺点", "drawbacks"), ("劣势", "disadvantages"), ("局限", "limitations"), ("优点", "advantages"),
    ("优势", "advantages"), ("好处", "benefits"), ("原理", "principles"), ("步骤", "steps"), ("应用", "applications"), ("风险", "risks"),
    ("挑战", "challenges"), ("特点", "features"), ("变体", "variants"), ("成本", "costs"), ("类型", "types"),
];

/// English words that say nothing about a subject.
pub(super) const EN_EMPTY: &[&str] = &[
    "a", "an", "the", "and", "but", "or", "so", "then", "ok", "okay", "also", "well", "please", "what", "what's", "whats", "which", "who",
    "whom", "whose", "when", "where", "why", "how", "is", "are", "was", "were", "be", "been", "being", "am", "do", "does", "did", "done",
    "has", "have", "had", "can", "could", "should", "would", "will", "may", "might", "must", "i", "we", "you", "me", "us", "one", "ones",
    "there", "here", "any", "some", "all", "both", "each", "other", "of", "in", "on", "for", "to", "with", "by", "at", "from", "about",
    "as", "into", "than", "between", "not", "no", "yes", "if", "just", "only", "even", "still", "ever", "always", "usually", "often",
    "really", "actually", "exactly", "else", "too", "very", "much", "many", "more", "most", "less", "least", "main", "key", "biggest",
    "common", "typical", "possible", "such", "isn't", "doesn't", "don't", "aren't", "can't", "it's", "that's", "they're", "its", "it",
    "they", "them", "their", "this", "that", "these", "those", "again", "though", "anyway", "now", "your", "my", "our", "let", "let's", "s",
];

/// How a request in English begins.
pub(super) const EN_REQUESTS: &[&str] = &[
    "summarise", "summarize", "compare", "list", "find", "show", "explain", "describe", "quiz", "test", "tell", "give", "ask",
];

/// English adjectives and adverbs that say nothing about a subject.
pub(super) const EN_WEAK: &[&str] = &[
    "good", "bad", "better", "best", "worse", "worst", "fast", "faster", "slow", "slower", "large", "larger", "big", "bigger", "small",
    "smaller", "cheap", "cheaper", "expensive", "hard", "harder", "easy", "easier", "useful", "popular", "important", "new", "old", "true",
    "right", "correct", "wrong", "safe", "reliable", "stable", "effective", "efficient", "accurate", "different", "similar", "same",
    "simple", "simpler", "long", "short", "high", "low", "necessary", "worth", "compatible", "available", "called", "long-term",
];

/// English verbs that need a subject or object from before.
pub(super) const EN_VERBS: &[&str] = &[
    "work", "works", "use", "used", "uses", "using", "implement", "implemented", "train", "trained", "learn", "compute", "computed",
    "calculate", "calculated", "choose", "chosen", "pick", "help", "helps", "mean", "means", "need", "needs", "require", "requires", "save",
    "saves", "reduce", "reduces", "improve", "improves", "cost", "costs", "take", "takes", "make", "makes", "made", "happen", "happens",
    "matter", "matters", "differ", "differs", "compare", "compares", "perform", "change", "changes", "affect", "affects", "cause", "causes",
    "caused", "prevent", "avoid", "handle", "solve", "fix", "measure", "measured", "evaluate", "evaluated", "apply", "applied", "deploy",
    "deployed", "combine", "combined", "merge", "merged", "scale", "scales", "extend", "extended", "speed", "support", "supports", "invent",
    "invented", "discovered", "discover", "wrote", "written", "created", "proposed", "introduced", "developed", "add", "added", "inserted",
    "placed", "stored", "divided", "run", "runs", "fit", "fits", "replace", "replaces", "increase", "increases", "decrease", "explain",
    "describe", "summarize", "tell", "give", "show", "get", "know", "understand", "think", "care", "start", "go", "come", "see", "find",
    "look", "say", "says", "said", "put", "set", "fail", "fails", "hurt", "hurts", "slow", "contain", "contains", "exist", "exists",
    "built", "build", "tune", "tuned", "update", "updated", "detect", "detected", "mitigate", "mitigated", "do", "try", "lose", "loses",
    "keep", "keeps", "limit", "limits", "sit", "sits", "meet", "meets", "leave", "leaves", "arrive", "arrives", "open", "opens", "close",
    "closes", "expire", "expires", "begin", "begins", "decide", "decided", "agree", "agreed", "discuss", "discussed", "reject", "rejected",
];

/// What is asked of a subject in English.
pub(super) const EN_ASPECTS: &[&str] = &[
    "drawback", "drawbacks", "disadvantage", "disadvantages", "downside", "downsides", "advantage", "advantages", "benefit", "benefits",
    "upside", "upsides", "pros", "cons", "strengths", "weakness", "weaknesses", "limitation", "limitations", "limits", "difference",
    "differences", "similarity", "similarities", "purpose", "goal", "goals", "idea", "principle", "principles", "meaning", "definition",
    "application", "applications", "steps", "process", "types", "kinds", "variants", "variant", "risks", "risk", "challenges", "problems",
    "issues", "requirements", "cost", "costs", "complexity", "history", "origin", "origins", "role", "effect", "effects", "impact",
    "formula", "structure", "components", "parts", "features", "properties", "alternatives", "alternative", "causes", "reason", "reasons",
    "trade-offs", "tradeoffs", "performance", "mechanism", "use", "uses", "examples", "example", "intuition", "motivation",
];

/// English nouns that stand for whatever is talked about.
pub(super) const EN_GENERIC: &[&str] = &[
    "method", "methods", "technique", "techniques", "approach", "approaches", "model", "models", "algorithm", "algorithms", "concept",
    "concepts", "idea", "mechanism", "strategy", "problem", "problems", "issue", "architecture", "process", "metric", "framework", "tool",
    "system", "thing", "things", "term", "trick", "paradigm", "phenomenon",
];

/// Whole English questions that ask for more of the same, without fillers.
pub(super) const EN_MORE: &[&str] = &[
    "why", "example", "examples", "detail", "details", "detailed", "simply", "simpler", "simple", "elaborate", "expand", "continue",
    "summary", "summarize", "really", "rephrase", "explain", "further", "come", "instance", "when", "where", "who", "long", "much", "many",
    "often",
];

/// Fillers around [`EN_MORE`].
pub(super) const EN_MORE_FILLERS: &[&str] = &[
    "please", "can", "could", "you", "give", "show", "tell", "me", "us", "more", "some", "a", "an", "in", "the", "for", "and", "but", "so",
    "how", "it", "that", "this", "words", "word", "terms", "language", "english", "plain", "is", "with", "about", "into", "go", "any",
    "one", "another", "on", "ok", "then", "not", "i", "want", "need", "to", "like", "i'd", "of", "bit", "little", "what", "why",
];
