//! Follow-up questions made self-contained: the labelled sets, what holds for any text, and the whole way over notes.

use std::path::Path;

use proptest::prelude::*;
use sidenote_engine::followup::{Kind, Rewrite, Turn, conversation, rewrite};

use crate::support::{Desk, quietly};

/// A labelled case: see the head of the files.
struct Case {
    history: Vec<String>,
    question: String,
    /// What the standalone form must hold; none for a question that must stay as typed.
    terms: Option<Vec<String>>,
    forms: Vec<String>,
}

/// How many cases of a set come out right.
#[derive(Default)]
struct Figures {
    followups: usize,
    subjects: usize,
    forms: usize,
    own: usize,
    unchanged: usize,
    wrong: Vec<String>,
}

fn after(history: &[&str], question: &str) -> Rewrite {
    let history: Vec<String> = history.iter().map(|q| (*q).to_owned()).collect();
    rewrite(&conversation(&history), question)
}

fn cases(file: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/followup").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let parts = |text: &str, by: &str| text.split(by).map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect::<Vec<_>>();
    let lines = text.lines().filter(|l| !l.starts_with('#'));
    lines
        .map(|line| {
            let [history, question, terms, forms] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
            let terms = (terms != "=").then(|| parts(terms, "+"));
            Case { history: parts(history, " // "), question: question.to_owned(), terms, forms: parts(forms, "|") }
        })
        .collect()
}

/// Letters and digits, for a comparison that leaves spaces and punctuation aside.
fn letters(text: &str) -> String {
    text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

#[expect(clippy::print_stdout, reason = "the figures are worth reading where the test passes, too")]
fn measure(file: &str) -> Figures {
    let mut figures = Figures::default();
    for case in cases(file) {
        let made = rewrite(&conversation(&case.history), &case.question);
        let told = format!("{:?} then {:?}: {:?}", case.history, case.question, made);
        let Some(terms) = case.terms else {
            figures.own += 1;
            let same = made == Rewrite::as_is(&case.question);
            figures.unchanged += usize::from(same);
            figures.wrong.extend((!same).then_some(told));
            continue;
        };
        let asked = letters(&made.standalone);
        let subject = made.kind != Kind::AsIs && terms.iter().all(|t| asked.contains(&letters(t)));
        let form = case.forms.iter().any(|f| letters(f) == asked);
        figures.followups += 1;
        figures.subjects += usize::from(subject);
        figures.forms += usize::from(form);
        figures.wrong.extend((!subject || !form).then_some(told));
    }
    println!(
        "{file}: right subject {}/{}, right form {}/{}, self-contained unchanged {}/{}",
        figures.subjects, figures.followups, figures.forms, figures.followups, figures.unchanged, figures.own
    );
    figures.wrong.iter().for_each(|w| println!("  {w}"));
    figures
}

#[test]
fn the_labelled_conversations_are_understood() {
    let figures = measure("cases.tsv");
    assert!(figures.followups >= 90 && figures.own >= 50, "the set was read");
    assert!(figures.subjects * 100 >= figures.followups * 98 && figures.forms * 100 >= figures.followups * 95);
    assert_eq!(figures.unchanged, figures.own, "a self-contained question stays as typed");
}

/// Written before the rules were tuned and looked at when they were done.
#[test]
fn conversations_that_the_rules_were_not_tuned_on_are_understood() {
    let figures = measure("held-out.tsv");
    assert!(figures.followups >= 25 && figures.own >= 15, "the set was read");
    assert!(figures.subjects * 100 >= figures.followups * 95 && figures.forms * 100 >= figures.followups * 90);
    assert_eq!(figures.unchanged, figures.own, "a self-contained question stays as typed");
}

#[test]
fn the_questions_of_the_evaluation_sets_stand_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/eval");
    let mut asked = 0;
    for set in ["study", "vault"] {
        let text = std::fs::read_to_string(root.join(set).join("queries.jsonl")).unwrap();
        for line in text.lines().filter(|l| !l.trim().is_empty()) {
            let query: serde_json::Value = serde_json::from_str(line).unwrap();
            let question = query["question"].as_str().unwrap();
            for before in ["LoRA 是什么？", "What is the difference between pruning and quantization?"] {
                assert_eq!(after(&[before], question), Rewrite::as_is(question));
                asked += 1;
            }
        }
    }
    assert!(asked >= 200, "the sets were read");
}

#[test]
fn a_first_question_stays_as_typed() {
    for question in ["它有什么缺点？", "为什么？", "what about it?", "前者呢？", "  这是什么意思？ "] {
        assert_eq!(rewrite(&[], question), Rewrite::as_is(question));
    }
}

#[test]
fn a_conversation_goes_on_from_its_last_subject() {
    let made = after(&["LoRA 是什么？", "那 QLoRA 呢？", "它有什么优点？"], "缺点呢？");
    assert_eq!((made.standalone.as_str(), made.kind, made.from), ("QLoRA 的缺点是什么？", Kind::Ellipsis, Some(2)));
    assert_eq!(made.subject.as_deref(), Some("QLoRA"));
    let turns = conversation(&["LoRA 是什么？".into(), "那 QLoRA 呢？".into()]);
    assert_eq!(turns[1].standalone, "QLoRA 是什么？");
}

#[test]
fn what_was_only_compared_with_does_not_become_the_subject() {
    let made = after(&["LoRA 有什么优点？", "和全参数微调相比呢？"], "它省显存吗？");
    assert_eq!(made.standalone, "LoRA 省显存吗？");
}

#[test]
fn former_and_latter_need_two_things() {
    assert_eq!(after(&["LoRA 是什么？"], "前者有什么优点？").kind, Kind::AsIs);
    assert_eq!(after(&["What is LoRA?"], "Is the latter cheaper?").kind, Kind::AsIs);
}

#[test]
fn a_person_is_he_or_she() {
    assert_eq!(after(&["鲁迅是谁？"], "他写了哪些书？").standalone, "鲁迅写了哪些书？");
    assert_eq!(after(&["Who was Ada Lovelace?"], "What was her contribution?").standalone, "What was Ada Lovelace's contribution?");
    assert_eq!(after(&["小王负责哪块？"], "他的邮箱是多少？").standalone, "小王的邮箱是多少？");
    assert_eq!(after(&["What did Alice decide?"], "When did she join?").standalone, "When did Alice join?");
    assert_eq!(after(&["What did LoRA suggest?"], "When did she join?").kind, Kind::AsIs);
    assert_eq!(after(&["什么是剪枝？"], "他什么时候过生日？").kind, Kind::AsIs);
    assert_eq!(after(&["What is pruning?"], "When did she say that?").kind, Kind::AsIs);
}

#[test]
fn a_part_of_the_subject_may_name_it_again() {
    assert_eq!(after(&["什么是交叉熵损失函数？"], "这个损失函数有什么缺点？").standalone, "交叉熵损失函数有什么缺点？");
}

#[test]
fn where_no_question_names_a_subject_the_note_that_answered_does() {
    let turn = |titles: Vec<String>| Turn { question: "为什么？".into(), standalone: "为什么？".into(), titles, ..Turn::default() };
    assert_eq!(rewrite(&[turn(vec!["残差连接".into()])], "它有什么作用？").standalone, "残差连接有什么作用？");
    assert_eq!(rewrite(&[turn(Vec::new())], "它有什么作用？").kind, Kind::AsIs);
}

#[test]
fn a_pasted_text_is_no_follow_up() {
    let text = "它".repeat(400);
    assert_eq!(after(&["LoRA 是什么？"], &text), Rewrite::as_is(&text));
}

#[test]
fn a_follow_up_finds_what_it_is_about() {
    let desk = Desk::new();
    desk.write(
        "lora.md",
        "# LoRA\n\n## LoRA 是什么？\n\nLoRA 冻结原权重，只训练两个低秩矩阵。\n\n## LoRA 有什么缺点？\n\nLoRA 的缺点是低秩限制了能学到的改变量。\n",
    );
    desk.write("prune.md", "# 剪枝\n\n## 剪枝有什么缺点？\n\n剪枝的缺点是不规则的稀疏难以加速。\n");
    desk.sync();
    let rewrite = after(&["LoRA 是什么？"], "它有什么缺点？");
    let question = sidenote_engine::engine::Question { text: "它有什么缺点？".into(), limit: 8, ..Default::default() };
    let answer = quietly(|run| desk.engine.snapshot(run)?.ask_as(&question, &rewrite, run)).unwrap();
    assert_eq!((answer.question.as_str(), answer.standalone_question.as_str()), ("它有什么缺点？", "LoRA 有什么缺点？"));
    assert!(answer.sentences.iter().any(|s| s.text.contains("低秩限制")), "{}", answer.answer);
    let told = answer.followup.unwrap();
    assert_eq!((told.kind, told.turn, told.subject.as_deref()), (Kind::Pronoun, Some(1), Some("LoRA")));
}

#[test]
fn an_abstention_after_a_rewrite_says_how_it_was_asked() {
    let desk = Desk::new();
    desk.write("a.md", "# 猫\n\n猫一天睡十二个小时。\n");
    desk.sync();
    let question = sidenote_engine::engine::Question { text: "它有什么缺点？".into(), limit: 8, ..Default::default() };
    let rewrite = after(&["什么是量子纠缠？"], &question.text);
    let answer = quietly(|run| desk.engine.snapshot(run)?.ask_as(&question, &rewrite, run)).unwrap();
    assert!(answer.notices.iter().any(|n| n.contains("量子纠缠有什么缺点？")), "{:?}", answer.notices);
}

fn text() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "它",
        "它们",
        "这个",
        "那",
        "其",
        "其他",
        "前者",
        "两者",
        "呢",
        "？",
        "?",
        "，",
        " ",
        "LoRA",
        "QLoRA",
        "缺点",
        "为什么",
        "和",
        "相比",
        "什么是",
        "的",
        "what",
        "about",
        "it",
        "its",
        "is",
        "the",
        "former",
        "why",
        "and",
        "drawbacks",
        "compared",
        "to",
        "which",
        "《",
        "》",
        "\"",
        "`",
        "ﬁ",
        "Ａ",
        "İ",
        "ß",
        "e\u{301}",
        "…",
        "㈱",
        "𝕏",
        "\u{202e}",
        "ｶﾞ",
        "優點",
        "\n",
        "/",
        "(",
        ")",
    ]);
    prop_oneof![
        any::<String>(),
        prop::collection::vec(words.clone(), 0..9).prop_map(|w| w.concat()),
        prop::collection::vec(words, 0..9).prop_map(|w| w.join(" "))
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_conversation_has_a_standalone_question(history in prop::collection::vec(text(), 0..4), question in text()) {
        let turns = conversation(&history);
        let made = rewrite(&turns, &question);
        prop_assert!(!history.is_empty() || made == Rewrite::as_is(&question));
        prop_assert!(question.trim().is_empty() || !made.standalone.trim().is_empty());
        prop_assert_eq!(made.kind == Kind::AsIs, made.standalone == question);
        prop_assert!(made.from.is_none_or(|turn| turn < turns.len()));
        let again = rewrite(&turns, &made.standalone);
        prop_assert_eq!(&again.standalone, &made.standalone, "a standalone form stays as it is");
    }
}

#[test]
fn what_is_done_to_it_does_not_hide_what_it_is() {
    for (before, question, standalone) in [
        ("KV缓存是什么？", "怎么压缩它？", "怎么压缩KV缓存？"),
        ("KV缓存是什么？", "谁提出了它？", "谁提出了KV缓存？"),
        ("KV缓存是什么？", "什么情况下用它？", "什么情况下用KV缓存？"),
        ("KV缓存是什么？", "如何减小它的显存？", "如何减小KV缓存的显存？"),
        ("What is KV cache?", "how to compress it?", "how to compress KV cache?"),
        ("What is KV cache?", "who invented it?", "who invented KV cache?"),
    ] {
        assert_eq!(letters(&after(&[before], question).standalone), letters(standalone), "{question}");
    }
    for (question, standalone) in [
        ("介绍一下它的优点", "介绍一下LoRA的优点"),
        ("解释一下这个方法的原理", "解释一下LoRA的原理"),
        ("你能解释它的缺点吗", "你能解释LoRA的缺点吗"),
        ("我应该怎么用它？", "我应该怎么用LoRA？"),
        ("告诉我它的缺点", "告诉我LoRA的缺点"),
        ("除了它还有什么方法？", "除了LoRA还有什么方法？"),
        ("比它更好的方法有哪些？", "比LoRA更好的方法有哪些？"),
        ("哪些模型用了它？", "哪些模型用了LoRA？"),
        ("Which models use it?", "Which models use LoRA?"),
    ] {
        assert_eq!(letters(&after(&["什么是 LoRA？"], question).standalone), letters(standalone), "{question}");
    }
    assert!(letters(&after(&["KV缓存是什么？"], "怎么减小？").standalone).contains("kv缓存"));
    // Here the pronoun stands for something in the question itself.
    for own in ["模型太大怎么在手机上部署它？", "How does attention use memory when it grows?"] {
        assert_eq!(after(&["什么是 RAG？"], own).kind, Kind::AsIs, "{own}");
    }
}

#[test]
fn a_subject_is_never_cut_inside_a_word() {
    for (before, subject) in [
        ("周会什么时候开？", "周会"),
        ("成都有什么好吃的？", "成都"),
        ("太阳能板怎么安装？", "太阳能板"),
        ("委员会由谁组成？", "委员会"),
        ("性价比怎么算？", "性价比"),
        ("在线学习是什么？", "在线学习"),
        ("对比学习是什么？", "对比学习"),
    ] {
        assert_eq!(after(&[before], "它有什么缺点？").standalone, format!("{subject}有什么缺点？"), "{before}");
    }
}

#[test]
fn a_request_is_no_part_of_its_subject() {
    for (before, question, standalone) in [
        ("比较 LoRA 和 QLoRA", "前者有什么缺点？", "LoRA 有什么缺点？"),
        ("对比 LoRA 和 QLoRA", "前者有什么缺点？", "LoRA 有什么缺点？"),
        ("麻烦您帮我解释一下知识蒸馏，谢谢", "它有什么缺点？", "知识蒸馏有什么缺点？"),
        ("讲一下知识蒸馏", "它有什么缺点？", "知识蒸馏有什么缺点？"),
        ("列出知识蒸馏的优点", "它有什么缺点？", "知识蒸馏有什么缺点？"),
        ("Compare LoRA and QLoRA", "What are the drawbacks of the former?", "What are the drawbacks of LoRA?"),
        ("List the drawbacks of LoRA", "How does it work?", "How does LoRA work?"),
        ("Could you please explain RoPE? Thanks!", "How does it work?", "How does RoPE work?"),
    ] {
        assert_eq!(after(&[before], question).standalone, standalone, "{before}");
    }
}

#[test]
fn a_part_that_is_counted_is_the_subjects() {
    for (before, question, standalone) in [
        ("RLHF 有哪些步骤？", "第二步怎么做？", "RLHF 的第二步怎么做？"),
        ("微调有哪些方法？", "第三种方法是什么？", "微调的第三种方法是什么？"),
        ("What are the steps of RLHF?", "tell me more about the second one", "tell me more about RLHF's second one"),
        ("What are the steps of RLHF?", "How does the last step work?", "How does RLHF's last step work?"),
    ] {
        assert_eq!(after(&[before], question).standalone, standalone, "{question}");
    }
    for own in
        ["第二次世界大战是什么时候结束的？", "第三个季度的收入是多少？", "What is the first step of quantization?", "Who won the second world war?"]
    {
        assert_eq!(after(&["RLHF 有哪些步骤？"], own).kind, Kind::AsIs, "{own}");
    }
}

#[test]
fn a_point_of_a_list_is_counted_in_the_answer() {
    let listed = |question: &str, answer: &str| vec![Turn::answered(question, question, answer, ["RAG".to_owned()].into_iter())];
    let steps = listed(
        "RAG 有哪些步骤？",
        "RAG 共六步： [1]\n1. 切块：按标题切成小块。 [2]\n2. 建索引：用嵌入模型（embedding model）把每块变成向量。 [3]\n3. 把资料放进提示里并要求只依据资料作答同时标注出处和没有依据就说不知道 [4]\n4. 生成（generation）：作答。 [5]",
    );
    for (question, standalone) in [
        ("第二步怎么做？", "RAG 的建索引怎么做？"),
        ("第2步是什么？", "RAG 的建索引是什么？"),
        ("请详细介绍一下第一步", "请详细介绍一下 RAG 的切块"),
        ("最后一步是什么？", "RAG 的生成是什么？"),
        // A point without a name, and one that there is not, stay counted.
        ("第三步怎么做？", "RAG 的第三步怎么做？"),
        ("第十二步怎么做？", "RAG 的第十二步怎么做？"),
    ] {
        assert_eq!(rewrite(&steps, question).standalone, standalone, "{question}");
    }
    let methods = listed(
        "What are the types of fine-tuning?",
        "There are three: [1]\n- LoRA: two small matrices. [2]\n- Prefix tuning (2021) adds vectors. [3]\n- Adapters - small modules. [4]",
    );
    for (question, standalone) in [
        ("How does the second one work?", "How does Prefix tuning in fine-tuning work?"),
        ("tell me more about the 3rd method", "tell me more about Adapters in fine-tuning"),
        ("What is the last one?", "What is Adapters in fine-tuning?"),
        ("What is the fourth one?", "What is fine-tuning's fourth one?"),
    ] {
        assert_eq!(rewrite(&methods, question).standalone, standalone, "{question}");
    }
    // Neither a question of its own between them hides the list, nor one point of it, nor a shorter one.
    let mut later = steps;
    later.push(Turn::answered("量化是什么？", "量化是什么？", "量化是用更少的位。 [1]", std::iter::empty()));
    later.push(Turn::answered("建索引怎么做？", "RAG 的建索引怎么做？", "2. 建索引：用嵌入模型把每块变成向量。 [1]", std::iter::empty()));
    assert_eq!(rewrite(&later, "第一步是什么？").standalone, "RAG 的切块是什么？");
    later.push(Turn::answered("量化有哪些？", "量化有哪些？", "- 训练后量化：不训练。 [1]\n- 感知训练：训练。 [2]", std::iter::empty()));
    assert_eq!(rewrite(&later, "第四步是什么？").standalone, "RAG 的生成是什么？");
}

#[test]
fn what_is_counted_of_a_subject_is_no_part_of_it() {
    assert_eq!(after(&["死锁的四个必要条件是什么？"], "怎么避免？").standalone, "死锁怎么避免？");
    assert_eq!(after(&["LoRA 的三个优点是什么？"], "它有什么缺点？").standalone, "LoRA 有什么缺点？");
    let listed = "1. 互斥 [1]\n2. 占有并等待 [2]\n3. 不可抢占 [3]";
    let turn = Turn::answered("死锁的四个必要条件是什么？", "死锁的四个必要条件是什么？", listed, ["操作系统".to_owned()].into_iter());
    assert_eq!(rewrite(&[turn], "第二个是什么意思？").standalone, "死锁的占有并等待是什么意思？");
}

#[test]
fn who_does_something_is_not_the_subject_and_named_by_nobody() {
    assert_eq!(after(&["Who owns the rollback plan?"], "When is it due?").standalone, "When is the rollback plan due?");
    for (before, question) in [("Who owns the rollback plan?", "What else does he do?"), ("谁负责写公告？", "他还有什么待办？")] {
        assert_eq!(after(&[before], question).kind, Kind::AsIs, "{question}");
    }
}

#[test]
fn a_day_after_another_is_asked_about_alike() {
    for (before, question, standalone) in [
        ("昨天做了什么？", "那前天呢？", "前天做了什么？"),
        ("2026-11-26 做了什么？", "昨天呢", "昨天做了什么？"),
        ("昨天做了什么？", "11月20日呢？", "11月20日做了什么？"),
        ("What did I do yesterday?", "and the day before yesterday?", "What did I do the day before yesterday?"),
        ("What did I do on 2026-11-26?", "what about today?", "What did I do on today?"),
    ] {
        let made = after(&[before], question);
        assert_eq!((letters(&made.standalone), made.kind), (letters(standalone), Kind::Swap), "{question}");
    }
    assert_eq!(after(&["昨天做了什么？"], "今天的大模型有哪些局限？").kind, Kind::AsIs);
}

#[test]
fn thanks_and_greetings_are_no_part_of_what_is_talked_about() {
    let history = ["LoRA 有什么缺点？", "谢谢！"];
    let made = after(&history, "那量化呢？");
    assert_eq!((made.standalone.as_str(), made.from), ("量化有什么缺点？", Some(0)));
    let history = ["Hi!", "What is RLHF?", "Thanks a lot!", "ok"];
    let made = after(&history, "What about DPO?");
    assert_eq!((made.standalone.as_str(), made.from), ("What is DPO?", Some(1)));
    assert_eq!(after(&history, "thank you").kind, Kind::AsIs);
}

#[test]
fn a_correction_asks_the_last_question_of_what_was_meant() {
    for (before, question, standalone) in [
        ("LoRA 有什么缺点？", "不对，我是说 QLoRA", "QLoRA 有什么缺点？"),
        ("LoRA 有什么缺点？", "我指的是 KV 缓存。", "KV 缓存有什么缺点？"),
        ("LoRA 有什么缺点？", "不是，我问的是它的优点", "LoRA 的优点"),
        ("LoRA 有什么缺点？", "抱歉，我想问的是房租是多少？", "房租是多少？"),
        ("What is RLHF?", "no, I meant DPO", "What is DPO?"),
        ("What is RLHF?", "Sorry, I meant what it costs", "what RLHF costs"),
        ("How does RLHF work?", "No. I mean speculative decoding!", "How does speculative decoding work?"),
        ("When is the rent due?", "No, I meant Tom’s lease", "When is Tom’s lease?"),
        // No corrections.
        ("LoRA 有什么缺点？", "我是指导老师吗？", "我是指导老师吗？"),
        ("房租多少？", "我说的是实话，押金多少？", "我说的是实话，押金多少？"),
        ("Who pays the rent?", "I meant to ask when the rent is due", "I meant to ask when the rent is due"),
    ] {
        assert_eq!(after(&[before], question).standalone, standalone, "{question}");
    }
    let made = after(&["LoRA 有什么缺点？", "不对，我是说 KV 缓存"], "它占多少内存？");
    assert_eq!(made.standalone, "KV 缓存占多少内存？");
}

#[test]
fn a_request_is_about_what_it_names() {
    for (before, question, standalone) in [
        ("总结笔记 投机解码", "它有什么缺点？", "投机解码有什么缺点？"),
        ("列出所有讲到量化的笔记", "它有什么用？", "量化有什么用？"),
        ("考考我关于 RLHF 的知识", "它的步骤是什么？", "RLHF 的步骤是什么？"),
        ("summarise the note Speculative decoding", "what are its drawbacks?", "what are Speculative decoding's drawbacks?"),
        ("list all notes about Redis", "why was it rejected?", "why was Redis rejected?"),
        ("list all notes about IS", "How does it work?", "How does IS work?"),
    ] {
        assert_eq!(after(&[before], question).standalone, standalone, "{before}");
    }
}

#[test]
fn a_place_is_there_and_a_name_with_a_title_stays_whole() {
    for (before, question, standalone) in [
        ("京都住在哪里？", "那里多少钱一晚？", "京都多少钱一晚？"),
        ("Redis 是什么？", "我们那边几点开会？", "我们那边几点开会？"),
        ("Redis 是什么？", "公司那边要几份材料？", "公司那边要几份材料？"),
        ("who is Mrs. Okafor?", "what is her phone number?", "what is Mrs. Okafor's phone number?"),
        ("how do I bake the bread?", "how long?", "how do I bake the bread? how long?"),
        ("where do the design team sit?", "and Data?", "where do Data sit?"),
        ("What did we decide about Redis?", "and PostgreSQL?", "What did we decide about PostgreSQL?"),
    ] {
        assert_eq!(after(&[before], question).standalone, standalone, "{question}");
    }
}
