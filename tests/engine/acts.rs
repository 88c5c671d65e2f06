//! More than questions: list all, compare, summarise, explain, practise.

use std::sync::Arc;

use sidenote_engine::act::{Act, Again, Whole};
use sidenote_engine::answer::prompt::Exchange;
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::catalog::Filter;
use sidenote_engine::engine::{Engine, Manner, Question, Settings};
use sidenote_engine::event::{Run, Silent};
use sidenote_engine::followup::{Turn, rewrite};
use sidenote_engine::model::Embedder;
use sidenote_engine::paths::Paths;
use sidenote_engine::wire::{Answer, Outcome, Support};

use crate::support::{Desk, WordEmbedder, quietly};

fn named(act: &Act) -> String {
    match act {
        Act::Ask => "ask".into(),
        Act::List { of } => format!("list {of}"),
        Act::Compare { sides: [a, b] } => format!("compare {a} | {b}"),
        Act::Summarise { what, whole: Whole::Note } => format!("summarise note {what}"),
        Act::Summarise { what, whole: Whole::Folder } => format!("summarise folder {what}"),
        Act::Summarise { what, whole: Whole::Either } => format!("summarise {what}"),
        Act::Explain { of } => format!("explain {of}"),
        Act::Quiz { about } => format!("quiz {about}"),
    }
}

#[test]
fn an_act_is_known_by_its_wording() {
    let cases = [
        ("列出所有关于量化的笔记", "list 量化"),
        ("列出所有提到 LoRA 的地方", "list lora"),
        ("哪些笔记讲到了位置编码？", "list 位置编码"),
        ("List all notes about attention.", "list attention"),
        ("Which notes mention LoRA?", "list lora"),
        ("把所有讲到LoRA的笔记列出来", "list lora"),
        ("列出笔记里提到的所有优化器", "list 优化器"),
        ("提到 RLHF 的笔记都有哪些？", "list rlhf"),
        ("What are all the notes mentioning RoPE?", "list rope"),
        ("麻烦您列出所有关于量化的笔记，谢谢", "list 量化"),
        ("LoRA 和 QLoRA 有什么区别？", "compare LoRA | QLoRA"),
        ("Compare RAG and fine-tuning", "compare RAG | fine-tuning"),
        ("LoRA 和 QLoRA 哪个好？", "compare LoRA | QLoRA"),
        ("LoRA 还是 QLoRA 好？", "compare LoRA | QLoRA"),
        ("RAG 和微调怎么选？", "compare RAG | 微调"),
        ("用户研究和偏好有什么区别？", "compare 用户研究 | 偏好"),
        ("Which is better, LoRA or QLoRA?", "compare LoRA | QLoRA"),
        ("Should I use LoRA or QLoRA?", "compare LoRA | QLoRA"),
        ("总结《LoRA》这篇笔记", "summarise note LoRA"),
        ("总结《LoRA》", "summarise LoRA"),
        ("总结文件夹 微调", "summarise folder 微调"),
        ("总结《微调》文件夹里的笔记", "summarise folder 微调"),
        ("Summarize the folder 微调", "summarise folder 微调"),
        ("Summarise the note Folders", "summarise note Folders"),
        ("用简单的话解释注意力机制", "explain 注意力机制"),
        ("Explain simply: what is RAG?", "explain rag"),
        ("考考我关于 RLHF 的知识", "quiz rlhf"),
        ("Quiz me on tokenizers", "quiz tokenizers"),
        ("列出所有关于中断的笔记", "list 中断"),
        ("列出所有讲义", "list 讲义"),
        ("List all notebooks", "list notebooks"),
        // Questions that only look like acts.
        ("哪些笔记本电脑值得买？", "ask"),
        ("Show allocation strategies", "ask"),
        ("test methods for LLMs", "ask"),
        ("Quiz mechanics of the game", "ask"),
        ("Show me how to merge all branches", "ask"),
        ("把所有参数都冻结会怎样？", "ask"),
        ("哪个优化器最好？", "ask"),
        ("LoRA 和 QLoRA 用了哪个优化器？", "ask"),
        ("Which model is better?", "ask"),
        ("LoRA 有哪些优点？", "ask"),
        ("总结 LoRA 的优点", "ask"),
        ("什么是列表解析？", "ask"),
        ("Which optimiser is the default?", "ask"),
        ("列出所有", "ask"),
        ("这两种方法有什么区别？", "ask"),
    ];
    for (question, expected) in cases {
        assert_eq!(named(&Act::of(question)), expected, "{question}");
    }
}

#[test]
fn a_request_that_names_nothing_speaks_of_what_was_asked_before() {
    let cases = [
        ("用简单的话解释一下", Some(Again::Simply)),
        ("请用通俗的话解释它", Some(Again::Simply)),
        ("Explain it in simple words, please.", Some(Again::Simply)),
        ("把它总结一下", Some(Again::Summary)),
        ("Summarise that.", Some(Again::Summary)),
        ("考考我", Some(Again::Quiz)),
        ("Quiz me on this!", Some(Again::Quiz)),
        ("下一题", Some(Again::Quiz)),
        ("再来几道题吧", Some(Again::Quiz)),
        ("Next question, please.", Some(Again::Quiz)),
        ("简短一点", Some(Again::Briefly)),
        ("Could you make it shorter?", Some(Again::Briefly)),
        ("换个说法", Some(Again::Otherwise)),
        ("再换一个答案", Some(Again::Otherwise)),
        ("Say it differently, please", Some(Again::Otherwise)),
        ("another answer please", Some(Again::Otherwise)),
        ("请用英文回答", Some(Again::InEnglish)),
        ("in English please", Some(Again::InEnglish)),
        ("用中文说一遍", None),
        ("in Chinese", Some(Again::InChinese)),
        ("下一题怎么做？", None),
        ("What is another answer to the exercise?", None),
        ("多头注意力用英文怎么说？", None),
        ("考考我 LoRA", None),
        ("用简单的话解释注意力", None),
        ("它有什么缺点？", None),
        ("", None),
    ];
    for (request, expected) in cases {
        assert_eq!(Again::of(request), expected, "{request}");
    }
}

/// Fourteen notes of drinks; twelve of them speak of water.
fn drinks() -> Desk {
    let desk = Desk::new();
    for i in 0..12 {
        desk.write(
            &format!("drinks/{i:02}.md"),
            format!("# Drink number {i}\n\nDrink {i} is brewed with {} grams of leaves. The water for drink {i} is warm.\n", 3 + i),
        );
    }
    desk.write("cats.md", "# Cats\n\nCats sleep twelve hours a day.\n");
    desk.write("dogs.md", "# Dogs\n\nDogs bark at the moon.\n");
    desk.sync();
    desk
}

fn quoted_documents(answer: &Answer) -> Vec<&str> {
    answer.citations.iter().map(|c| c.document.as_str()).collect()
}

#[test]
fn list_all_reads_every_note_that_has_it_and_says_how_many() {
    let answer = drinks().ask("List all notes about water");
    assert_eq!(answer.outcome, Outcome::Answered);
    let mut documents = quoted_documents(&answer);
    documents.sort_unstable();
    assert_eq!(documents, (0..12).map(|i| format!("drinks/{i:02}.md")).collect::<Vec<_>>(), "each once, the others not");
    let coverage = answer.coverage.unwrap();
    assert_eq!((coverage.read, coverage.of, coverage.having), (12, 12, 12));
    assert!(answer.notices.iter().any(|n| n.contains("read 12 notes")), "{:?}", answer.notices);
    assert!(answer.answer.lines().count() == 12 && answer.answer.starts_with("- "), "{}", answer.answer);
    assert!(answer.sentences.iter().all(|s| s.text.contains("water")), "{}", answer.answer);
}

#[test]
fn a_list_has_notes_that_are_filed_under_it_by_folder_or_tag_after_those_that_have_its_words() {
    let desk = Desk::new();
    desk.write("Team meetings/monday.md", "# Monday\n\nLena hands the budget over to Karl.\n");
    desk.write("Team meetings/friday.md", "# Friday\n\nNobody came.\n");
    desk.write("talk.md", "---\ntags: [team-meeting/2024]\n---\n\n# Talk\n\nThe budget was cut.\n");
    desk.write("plan.md", "# Plan\n\nTeam meetings begin at nine.\n");
    desk.write("team/dinner.md", "# Dinner\n\nThe soup was cold.\n");
    desk.sync();
    let answer = desk.ask("List all notes about team meetings");
    assert_eq!(quoted_documents(&answer), ["plan.md", "Team meetings/friday.md", "Team meetings/monday.md", "talk.md"], "{}", answer.answer);
    assert!(answer.notices.iter().any(|n| n == "3 more notes in a folder, or with a tag, of that name"), "{:?}", answer.notices);
    let coverage = answer.coverage.unwrap();
    assert_eq!((coverage.read, coverage.of, coverage.having), (4, 4, 4));
    let filter = Filter { folders: vec!["team".into()], ..Filter::default() };
    let within = Question { text: "List all notes about team meetings".into(), filter, ..Question::default() };
    assert_eq!(quietly(|run| desk.engine.snapshot(run)?.ask(&within, run)).unwrap().outcome, Outcome::NotInNotes);
}

#[test]
fn a_list_of_more_than_is_looked_at_says_so() {
    let desk = drinks();
    let list = |list_candidates: usize| {
        let mut settings = Settings::default();
        settings.search.list_candidates = list_candidates;
        let engine = Engine::open(Paths::under(&desk.data()), settings, Some(WordEmbedder::new() as Arc<dyn Embedder>)).unwrap();
        let question = Question { text: "List all notes about water".into(), ..Question::default() };
        quietly(|run| engine.snapshot(run)?.ask(&question, run)).unwrap()
    };
    let (some, all) = (list(5), list(13));
    assert_eq!((some.sentences.len(), all.sentences.len()), (5, 12));
    assert!(some.notices.iter().any(|n| n.starts_with("only the best 5 passages")), "{:?}", some.notices);
    assert!(all.notices.iter().all(|n| !n.starts_with("only the best")), "{:?}", all.notices);
}

#[test]
fn a_list_and_a_summary_say_what_edits_took_from_them() {
    let desk = drinks();
    desk.write("drinks/03.md", "# Drink number 3\n\nNothing of it is left here.\n");
    for request in ["List all notes about water", "Summarise the folder drinks"] {
        let answer = desk.ask(request);
        assert_eq!(answer.sentences.len(), 11, "{}", answer.answer);
        assert!(answer.notices.iter().any(|n| n.starts_with("1 sentence(s) were left out")), "{request}: {:?}", answer.notices);
        assert!(answer.notices.iter().all(|n| !n.contains("narrow the request")), "{:?}", answer.notices);
    }
}

#[test]
fn a_list_of_what_no_note_has_is_empty() {
    let answer = drinks().ask("List all notes about submarines");
    assert_eq!(answer.outcome, Outcome::NotInNotes);
    assert_eq!(answer.coverage.unwrap().having, 0);
}

fn tea_and_coffee() -> Desk {
    let desk = Desk::new();
    desk.write("tea.md", "# 绿茶\n\n## 绿茶是什么？\n\n绿茶是一种不发酵的茶，用八十度左右的水冲泡。\n");
    desk.write("coffee.md", "# 咖啡\n\n## 咖啡是什么？\n\n咖啡是用烘焙过的咖啡豆做成的饮料，用九十三度的水冲煮。\n");
    desk.sync();
    desk
}

#[test]
fn a_comparison_gives_both_sides() {
    let answer = tea_and_coffee().ask("绿茶和咖啡有什么区别？");
    assert_eq!(answer.outcome, Outcome::Answered, "{:?}", answer.notices);
    assert!(answer.answer.contains("不发酵的茶") && answer.answer.contains("咖啡豆"), "{}", answer.answer);
    let mut documents = quoted_documents(&answer);
    documents.sort_unstable();
    documents.dedup();
    assert_eq!(documents, ["coffee.md", "tea.md"]);
    for citation in &answer.citations {
        assert_eq!(answer.passages[citation.passage].document, citation.document);
    }
}

#[test]
fn what_is_wanted_after_a_comparison_is_wanted_of_both_sides_however_often() {
    let desk = tea_and_coffee();
    let (mut history, mut before): (Vec<Turn>, Vec<String>) = (Vec::new(), Vec::new());
    for text in ["绿茶和咖啡有什么区别？", "用简单的话解释一下", "考考我", "下一题", "谢谢", "换个说法", "把它总结一下"]
    {
        if text == "谢谢" {
            history.push(Turn::answered(text, text, "", std::iter::empty()));
            before.push(text.to_owned());
            continue;
        }
        let rewrite = rewrite(&history, text);
        let question = Question { text: text.into(), limit: 8, ..Question::default() };
        let cancel = CancelToken::new();
        let run = Run { observer: &Silent, cancel: &cancel };
        let manner = Manner { rewrite: Some(&rewrite), before: &before, ..Manner::default() };
        let answer = desk.engine.snapshot(run).and_then(|s| s.ask_with(&question, &manner, run)).unwrap();
        assert_eq!(
            (answer.outcome, ["tea.md", "coffee.md"].iter().all(|note| quoted_documents(&answer).contains(note))),
            (Outcome::Answered, true),
            "{text}: {answer:?}"
        );
        history.push(Turn::answered(text, &rewrite.standalone, &answer.answer, std::iter::empty()));
        before.push(rewrite.standalone);
    }
}

#[test]
fn thanks_ask_nothing_and_get_no_passages() {
    let desk = tea_and_coffee();
    for text in ["谢谢！", "Thanks a lot.", "你好", "好的", "知道了", "你确定吗？"] {
        let answer = desk.ask(text);
        assert_eq!((answer.outcome, answer.passages.len()), (Outcome::NotInNotes, 0), "{text}");
        assert!(answer.notices.iter().any(|n| n == "this asks nothing of your notes"), "{text}: {:?}", answer.notices);
    }
    assert!(!desk.ask("巴黎在哪里？").notices.iter().any(|n| n.contains("asks nothing")));
}

#[test]
fn a_request_behind_a_question_is_taken_off_it() {
    for (question, asked) in [
        ("比较 LoRA 和 QLoRA，用简单的话解释一下", "比较 LoRA 和 QLoRA"),
        ("LoRA 有什么缺点？考考我", "LoRA 有什么缺点？"),
        ("compare LoRA and QLoRA in simple words please", "compare LoRA and QLoRA"),
        ("What is LoRA?", "What is LoRA?"),
        ("考考我", "考考我"),
        ("Is the contract in English?", "Is the contract in English?"),
        ("Where is the project summary?", "Where is the project summary?"),
        ("Which recipe should I try?", "Which recipe should I try?"),
    ] {
        assert_eq!(Again::taken_off(question), asked);
    }
}

#[test]
fn a_comparison_with_what_no_note_knows_is_not_made_up() {
    let answer = tea_and_coffee().ask("绿茶和可可有什么区别？");
    assert!(!answer.notices.iter().any(|n| n.contains("of each")), "{:?}", answer.notices);
    assert!(answer.sentences.iter().all(|s| !s.text.contains("可可")));
}

#[test]
fn a_summary_has_every_section_of_a_note_and_every_note_of_a_folder() {
    let desk = Desk::new();
    desk.write("微调/LoRA.md", "# LoRA\n\n## 原理\n\nLoRA 冻结原权重，只训练两个低秩矩阵。后面还有细节。\n\n## 局限\n\n低秩限制了能学到的改变量。\n");
    desk.write("微调/全参数.md", "# 全参数微调\n\n全参数微调更新所有权重，显存占用最大。\n");
    desk.write("别的.md", "# 别的\n\n这一篇与微调无关，讲的是做饭。\n");
    desk.sync();
    let note = desk.ask("总结《LoRA》这篇笔记");
    assert!(note.answer.contains("低秩矩阵") && note.answer.contains("限制了") && !note.answer.contains("全参数"), "{}", note.answer);
    assert_eq!(note.coverage.map(|c| (c.read, c.of)), Some((1, 1)));
    let folder = desk.ask("总结文件夹 微调");
    assert_eq!(folder.coverage.map(|c| (c.read, c.of, c.having)), Some((2, 2, 2)));
    assert!(folder.answer.contains("低秩矩阵") && folder.answer.contains("更新所有权重") && !folder.answer.contains("做饭"), "{}", folder.answer);
    assert!(folder.notices.iter().any(|n| n.contains("read 2 of 2 notes")), "{:?}", folder.notices);
    // A note of the same name is not the folder.
    desk.write("微调.md", "# 微调\n\n微调把一个模型用到另一件事上。\n");
    desk.write("微调/坏了.md", [0_u8, 159, 146, 150].repeat(64));
    desk.sync();
    let folder = desk.ask("总结文件夹 微调");
    assert_eq!(folder.coverage.map(|c| (c.read, c.of)), Some((2, 3)), "a file that could not be read was to be read: {:?}", folder.notices);
    assert!(folder.notices.iter().any(|n| n.contains("1 files of the folder could not be read")), "{:?}", folder.notices);
    assert!(folder.answer.contains("低秩矩阵") && !folder.answer.contains("另一件事"), "{}", folder.answer);
    assert_eq!(desk.ask("总结《微调》这篇笔记").coverage.map(|c| (c.read, c.of)), Some((1, 1)));
    // What names neither is a question.
    assert!(desk.ask("总结一下《没有》这篇笔记").coverage.is_none());
}

#[test]
fn without_a_model_an_explanation_is_the_notes_own_words_and_says_so() {
    let answer = tea_and_coffee().ask("用简单的话解释绿茶");
    assert_eq!(answer.outcome, Outcome::Answered);
    assert!(answer.notices.iter().any(|n| n.contains("only a model that writes")), "{:?}", answer.notices);
}

#[test]
fn a_quiz_without_a_model_is_made_of_the_questions_that_notes_ask() {
    let desk = Desk::new();
    let steps = "一共三步：\n\n1. 洗杯\n2. 投茶\n3. 注水\n";
    desk.write("绿茶.md", format!("# 绿茶\n\n绿茶是不发酵的茶。\n\n## 绿茶用多少度的水冲泡？\n\n绿茶用八十度左右的水冲泡。水太热会发苦。\n\n## 绿茶的产地\n\n产自江南。\n\n## 2. 绿茶冲泡分几步？\n\n{steps}"));
    desk.write("红茶.md", "# 红茶\n\n## 红茶和绿茶有什么不同？\n\n红茶是全发酵的茶，绿茶不发酵。\n");
    desk.sync();
    let quiz = |text: &str, earlier: &[Exchange]| {
        let asked = Question { text: text.into(), limit: 8, ..Question::default() };
        quietly(|run| desk.engine.snapshot(run)?.ask_with(&asked, &Manner { earlier, ..Manner::default() }, run)).unwrap()
    };
    let answer = quiz("考考我绿茶", &[]);
    let questions = |answer: &Answer| answer.sentences.iter().filter(|s| !s.reply).map(|s| s.text.clone()).collect::<Vec<_>>();
    let mut asked = questions(&answer);
    asked.sort();
    assert_eq!(asked, ["红茶和绿茶有什么不同？", "绿茶冲泡分几步？", "绿茶用多少度的水冲泡？"], "{}", answer.answer);
    for sentence in &answer.sentences {
        assert_eq!(sentence.reply, sentence.support == Support::Supported, "{sentence:?}");
        assert_eq!(sentence.reply, !sentence.citations.is_empty(), "{sentence:?}");
    }
    let steps = "绿茶冲泡分几步？\n一共三步： [";
    assert!(answer.answer.contains(steps) && answer.answer.contains("\n- 投茶 ["), "{}", answer.answer);
    assert!(!answer.answer.contains("江南"), "a heading that asks nothing is no question: {}", answer.answer);
    assert!(answer.notices.iter().any(|n| n.contains("a model that writes can ask others")), "{:?}", answer.notices);
    for citation in &answer.citations {
        assert!(answer.passages[citation.passage].text.contains(&citation.quote), "{citation:?}");
    }

    let mut before = Exchange::new("考考我绿茶".to_owned(), &answer);
    before.answer = "绿茶用多少度的水冲泡？ 绿茶用八十度左右的水冲泡。 红茶和绿茶有什么不同？".to_owned();
    let next = quiz("下一题", &[before]);
    assert_eq!(questions(&next), ["绿茶冲泡分几步？"], "those that were asked before are not asked again");
    let all = quiz("再来几题", &[Exchange::new("考考我绿茶".to_owned(), &answer)]);
    assert_eq!(questions(&all).len(), 3);
    assert!(all.notices.iter().any(|n| n == "all of them were asked before"), "{:?}", all.notices);
    assert_eq!(quiz("考考我量子力学", &[]).outcome, Outcome::NotInNotes);
}

#[test]
fn a_chinese_request_for_a_latin_name_is_not_told_that_the_notes_are_in_another_language() {
    let desk = Desk::new();
    desk.write("LoRA.md", "# LoRA\n\n## LoRA 是什么？\n\nLoRA 冻结原权重，只训练两个低秩矩阵。\n");
    desk.sync();
    for question in ["用简单的话解释 LoRA", "考考我 LoRA"] {
        let answer = desk.ask(question);
        assert_eq!(answer.outcome, Outcome::Answered, "{question}");
        assert!(!answer.notices.iter().any(|n| n.contains("another language")), "{question}: {:?}", answer.notices);
    }
}
