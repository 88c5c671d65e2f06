//! Structure inferred from lines: headings, questions, answers, lists, code.

use proptest::prelude::*;
use sidenote_engine::document::{Block, BlockKind, Document};
use sidenote_engine::ingest::{Limits, read};

fn plain(text: &str) -> Document {
    read("note.txt", text.as_bytes(), &Limits::default()).expect("readable")
}

fn of<'t>(document: &'t Document, block: &Block) -> &'t str {
    &document.text[block.span.clone()]
}

/// `(level, title)` of all headings.
fn headings(document: &Document) -> Vec<(u8, &str)> {
    document
        .blocks
        .iter()
        .filter_map(|block| match &block.kind {
            BlockKind::Heading { level, title } => Some((*level, title.as_str())),
            _ => None,
        })
        .collect()
}

fn kind_of(document: &Document, needle: &str) -> BlockKind {
    let found = document.blocks.iter().find(|block| of(document, block).contains(needle));
    found.unwrap_or_else(|| panic!("`{needle}` is in no block")).kind.clone()
}

/// The titles a text stands under.
fn path_of<'t>(document: &'t Document, needle: &str) -> Vec<&'t str> {
    let mut path: Vec<(u8, &str)> = Vec::new();
    for block in &document.blocks {
        if let BlockKind::Heading { level, title } = &block.kind {
            path.retain(|(above, _)| above < level);
            path.push((*level, title));
        }
        if of(document, block).contains(needle) {
            return path.into_iter().map(|(_, title)| title).collect();
        }
    }
    panic!("`{needle}` is in no block")
}

const LABELLED: &str = "天然酵种入门

1. 养种

问题:为什么新养的酵种头几天很活跃,之后却突然没有动静?请说明至少两个原因。

答案

头两天冒泡的往往是杂菌,不是酵母。常见原因包括:

  • 杂菌先行:面粉里的产气细菌先繁殖,酸度上来后被淘汰。

  • 温度偏低:低于 20 度时酵母增长很慢,要多等几天。

稳定之后再继续喂养即可。

2. 整形

问题:如何判断一次发酵已经到位?

答案

  1. 先看体积,大约涨到原来的一点七倍;

  2. 再看表面,轻按后缓慢回弹;

  3. 最后看边缘,面团与容器分离。

常见误区

  • 只看时间:室温不同,时间没有意义。
";

#[test]
fn a_marked_question_keeps_its_answer_and_its_lists() {
    let document = plain(LABELLED);
    assert_eq!(
        headings(&document),
        [
            (1, "天然酵种入门"),
            (2, "1. 养种"),
            (3, "为什么新养的酵种头几天很活跃,之后却突然没有动静?请说明至少两个原因。"),
            (2, "2. 整形"),
            (3, "如何判断一次发酵已经到位?"),
            (4, "常见误区"),
        ]
    );
    assert_eq!(kind_of(&document, "答案"), BlockKind::Label);
    assert_eq!(kind_of(&document, "杂菌先行"), BlockKind::ListItem { depth: 0 });
    assert_eq!(kind_of(&document, "先看体积"), BlockKind::ListItem { depth: 0 });
    assert_eq!(path_of(&document, "只看时间")[1..3], ["2. 整形", "如何判断一次发酵已经到位?"]);
    assert_eq!(document.title, "天然酵种入门");
}

#[test]
fn choices_are_items_and_inner_numbers_do_not_end_the_question() {
    let document = plain(
        "自行车保养八问\n这里整理几个常被问到的小问题\n1、链条多久上一次油比较合适?\nA.每天\nB.每骑行两三百公里\nC.从不\n答案:B\n上油太勤会粘灰,太少会磨损。以骑行里程为准更可靠,雨后要提前。\n\
         2、外胎一定要和内胎一起换吗?\n答案:不一定\n两者的寿命不同,要分开看。\n需要单独换内胎的情况:\n1、扎胎:内胎被扎破而外胎没有裂口,这时只要补胎或者换内胎就够了。\n\
         2、气嘴损坏:气嘴根部漏气,补不住,需要换掉整条内胎。\n3、下列哪一种油不适合用在链条上?\nA.干性链条油\nB.食用油\n答案:B\n食用油会氧化发粘。\n",
    );
    assert_eq!(
        headings(&document),
        [(1, "自行车保养八问"), (2, "1、链条多久上一次油比较合适?"), (2, "2、外胎一定要和内胎一起换吗?"), (2, "3、下列哪一种油不适合用在链条上?")]
    );
    assert_eq!(kind_of(&document, "C.从不"), BlockKind::ListItem { depth: 0 });
    assert_eq!(kind_of(&document, "答案:不一定"), BlockKind::Paragraph);
    assert_eq!(kind_of(&document, "气嘴损坏"), BlockKind::ListItem { depth: 0 });
    assert_eq!(path_of(&document, "气嘴损坏").last(), Some(&"2、外胎一定要和内胎一起换吗?"));
}

#[test]
fn numbers_in_parts_nest_and_pasted_code_is_code() {
    let document = plain(
        "数据清洗手册\n\n1. 读入\n\n1.1 怎样读入带表头的文件?\n\n解析:\n\n  • 指定编码:中文文件常见两种编码。\n  • 指定表头:第一行当作列名。\nimport csv\nfrom pathlib import Path\n\n\
         # 示例:逐行读取\nrows = []\nwith open('a.csv') as handle:\n    for row in csv.reader(handle):\n        rows.append(row)\n\nprint(len(rows))\n# 收尾\n\n1.2 介绍缺失值的处理办法。\n\n解析:\n\n\
         先统计比例,再决定删除或填补。\n# 服务配置示例\nserver {\n    listen 80;\n    location / {\n        root /data;\n    }\n}\n\n2. 写出\n\n2.1 怎样写出结果?\n\n解析:\n\n# 任务配置示例\napiVersion: v1\nkind: Job\nmetadata:\n  name: export\n",
    );
    assert_eq!(
        headings(&document),
        [
            (1, "数据清洗手册"),
            (2, "1. 读入"),
            (3, "1.1 怎样读入带表头的文件?"),
            (3, "1.2 介绍缺失值的处理办法。"),
            (2, "2. 写出"),
            (3, "2.1 怎样写出结果?")
        ]
    );
    let code: Vec<&str> = document.blocks.iter().filter(|block| block.kind == BlockKind::Code).map(|block| of(&document, block)).collect();
    assert_eq!(code.len(), 3, "{code:?}");
    assert!(code[0].starts_with("import csv") && code[0].ends_with("# 收尾"), "{}", code[0]);
    assert!(code[1].starts_with("# 服务配置") && code[1].ends_with('}'), "{}", code[1]);
    assert!(code[2].ends_with("name: export"), "{}", code[2]);
    assert_eq!(kind_of(&document, "指定表头"), BlockKind::ListItem { depth: 0 });
}

#[test]
fn a_line_that_is_answered_is_a_question_even_without_a_mark() {
    let document = plain(
        "阳台种菜问答\n\n下面整理一些新手最常问的内容，供大家在动手之前先看一看，少走弯路。\n\n请说说番茄为什么只开花不结果？\n\n回答：多半是授粉不足，或者温度过高。可以在上午轻轻摇晃花序。\n\n\
         谈谈你对浇水频率的看法，以及如何判断该不该浇。\n\n回答（盆栽）：看表土，干透两厘米再浇。\n\n面试题 1：怎样给辣椒打顶？\n\n解答：长到二十厘米时掐掉顶芽，促进分枝。\n",
    );
    assert_eq!(
        headings(&document)[1..],
        [(2, "请说说番茄为什么只开花不结果？"), (2, "谈谈你对浇水频率的看法，以及如何判断该不该浇。"), (2, "面试题 1：怎样给辣椒打顶？")]
    );
    assert_eq!(kind_of(&document, "看表土"), BlockKind::Paragraph);
    let english = plain(
        "Bread notes\n\nQ: Why does the crust stay pale?\nA: The oven was too cool, or steam was kept too long.\n\nQ2: How long does a loaf keep?\nA: About three days.\n",
    );
    assert_eq!(headings(&english)[1..], [(2, "Why does the crust stay pale?"), (2, "Q2: How long does a loaf keep?")]);
    assert_eq!(kind_of(&english, "too cool"), BlockKind::Paragraph);
}

#[test]
fn an_introduction_between_groups_of_questions_heads_the_next_group() {
    let document = plain(
        "花园笔记\n\n面试题 1：玫瑰何时修剪？\n\n解答：冬末发芽之前，剪去弱枝。\n\n堆肥的常见问题主要围绕原料和湿度展开。以下是一些可能的问题和回答：\n\n面试题 1：哪些东西不能放进堆肥？\n\n解答：油脂、肉类和病株都不要放。\n",
    );
    assert_eq!(path_of(&document, "油脂")[1..], ["堆肥的常见问题主要围绕原料和湿度展开", "面试题 1：哪些东西不能放进堆肥？"]);
}

#[test]
fn a_sentence_broken_over_an_empty_line_is_one_paragraph() {
    let first = "注意力在这里指的是人在阅读时把目光停留在某些词上的现象，研究者用眼动仪记录下每一次停顿的时间，并且用这些时";
    let second = "间来推断读者理解到了哪里，哪些词让人回读。";
    let document = plain(&format!("阅读实验\n\n{first}\n\n{second}\n\n另一段话从这里开始，它与上面无关。\n"));
    assert_eq!(document.blocks.len(), 3, "{:?}", document.blocks);
    assert!(of(&document, &document.blocks[1]).ends_with("回读。"));
}

#[test]
fn hand_wrapped_lines_are_one_paragraph_and_sentences_on_their_own_lines_are_not_headings() {
    let document = plain(
        "The kettle was filled from the rain barrel behind the house, because the\nwell had run dry in August and nobody wanted to walk to the village for\nwater. It took an hour to boil.\n\nA second paragraph stands here, and it is wrapped in the very same way as\nthe first one was.\n",
    );
    assert_eq!(document.blocks.len(), 2, "{:?}", document.blocks);
    assert!(document.blocks.iter().all(|block| block.kind == BlockKind::Paragraph));
    assert_eq!(document.title, "note");
}

#[test]
fn list_items_with_sentences_are_not_headings() {
    let document = plain(
        "周末计划\n\n这个周末要做的事情不少，按顺序来。\n\n1. 去市场买菜，记得带袋子。\n2. 给阳台的花浇水。\n3. 把书还给图书馆。\n\n做完就休息。\n",
    );
    assert_eq!(headings(&document), [(1, "周末计划")]);
    assert_eq!(kind_of(&document, "浇水"), BlockKind::ListItem { depth: 0 });
    let nested = plain("Tools\n\nThings for the workshop, in two groups.\n\n- cutting\n  - saw\n  - knife\n- joining\n");
    assert_eq!(kind_of(&nested, "saw"), BlockKind::ListItem { depth: 1 });
    assert_eq!(kind_of(&nested, "joining"), BlockKind::ListItem { depth: 0 });
}

#[test]
fn chapters_and_han_numbers_nest_and_numbers_in_prose_are_no_headings() {
    let document = plain(
        "第一章 出发\n\n天还没有亮，队伍就上了路。\n\n一、准备\n\n干粮和水都已经装好了。\n\n（一）干粮\n\n每人三天的份量，装在布袋里。\n\n二、路线\n\n2024. 5 月的地图已经旧了，3.5 公里处有岔路。\n\n第二章 到达\n\n第三天傍晚，他们看见了灯火。\n",
    );
    assert_eq!(headings(&document), [(1, "第一章 出发"), (2, "一、准备"), (3, "（一）干粮"), (2, "二、路线"), (1, "第二章 到达")]);
}

#[test]
fn underlined_and_hashed_titles_and_tables_are_found_in_plain_text() {
    let document = plain(
        "Trip log\n========\n\nWe left early and met nobody on the road.\n\nCosts\n-----\n\n| item | price |\n| --- | --- |\n| train | 30 |\n\n## Later\n\nMore to come when I find the receipts.\n",
    );
    assert_eq!(headings(&document), [(1, "Trip log"), (2, "Costs"), (3, "Later")]);
    assert_eq!(kind_of(&document, "train"), BlockKind::Table);
}

#[test]
fn a_list_of_short_lines_is_no_row_of_headings() {
    let document = plain("面粉\n\n鸡蛋\n\n牛奶\n\n黄油\n\n白糖\n");
    assert!(headings(&document).is_empty(), "{:?}", headings(&document));
}

#[test]
fn a_fence_without_end_swallows_nothing() {
    let document = plain("Notes\n\n```\nthis fence is never closed.\n\nA paragraph that must stay readable as prose, all of it.\n");
    assert_eq!(kind_of(&document, "stay readable"), BlockKind::Paragraph);
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("1. ".to_owned()),
        Just("2、".to_owned()),
        Just("(3) ".to_owned()),
        Just("1.2 ".to_owned()),
        Just("第三章 ".to_owned()),
        Just("一、".to_owned()),
        Just("问题：".to_owned()),
        Just("答案".to_owned()),
        Just("A: ".to_owned()),
        Just("B.".to_owned()),
        Just("• ".to_owned()),
        Just("- ".to_owned()),
        Just("```".to_owned()),
        Just("# ".to_owned()),
        Just("---".to_owned()),
        Just("|".to_owned()),
        Just("> [!note] ".to_owned()),
        Just("import os".to_owned()),
        Just("x = f(1)".to_owned()),
        Just("相关文章：".to_owned()),
        Just("https://a.example/b?utm_source=x".to_owned()),
        Just("当前位置: 首页 > 文章".to_owned()),
        Just("\n".to_owned()),
        Just("\n\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("    ".to_owned()),
        Just("\u{3000}".to_owned()),
        "[a-z ，。？！：…é𠮷]{0,40}",
        "\\PC{0,12}",
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_gives_a_valid_document_whose_words_are_all_in_blocks(text in pieces()) {
        for name in ["note.txt", "note.md"] {
            let Ok(document) = read(name, text.as_bytes(), &Limits::default()) else { continue };
            prop_assert_eq!(document.validate(), Ok(()));
            prop_assert_eq!(&document.text, &text);
            let mut outside = String::new();
            let mut at = 0;
            for block in &document.blocks {
                outside.push_str(&document.text[at..block.span.start]);
                at = block.span.end;
                let body = &document.text[block.span.clone()];
                prop_assert!(!body.trim().is_empty());
            }
            outside.push_str(&document.text[at..]);
            prop_assert!(!outside.chars().any(char::is_alphanumeric), "{} lost {:?}", name, outside);
        }
    }

    #[test]
    fn line_endings_do_not_change_the_structure(text in pieces()) {
        let unix = text.replace("\r\n", "\n").replace('\r', "\n");
        let dos = unix.replace('\n', "\r\n");
        for name in ["note.txt", "note.md"] {
            let one = read(name, unix.as_bytes(), &Limits::default());
            let two = read(name, dos.as_bytes(), &Limits::default());
            if let (Ok(one), Ok(two)) = (one, two) {
                let kinds = |document: &Document| document.blocks.iter().map(|block| block.kind.clone()).collect::<Vec<_>>();
                prop_assert_eq!(kinds(&one), kinds(&two));
            }
        }
    }
}

#[test]
fn titles_right_over_their_text_are_headings_where_the_person_writes_so() {
    let document = plain("周一\n早上跑步五公里。\n中午和小李吃饭，聊了新项目。\n\n周二\n早上下雨，没有跑。\n收到了房东的消息：下个月涨房租。\n");
    assert_eq!(headings(&document), [(1, "周一"), (1, "周二")]);
    assert_eq!(document.title, "note");
}

#[test]
fn questions_side_by_side_are_no_title() {
    let document = plain(
        "问题：\n\n什么是番茄的顶腐病，怎么预防？\n\n答案：\n\n缺钙引起的，浇水要均匀。\n\n问题：\n\n肥料什么时候施？\n\n解析：\n结果之后每两周一次。\n",
    );
    assert_eq!(headings(&document), [(1, "什么是番茄的顶腐病，怎么预防？"), (1, "肥料什么时候施？")]);
    assert_eq!(document.title, "note");
}

#[test]
fn a_table_of_contents_is_a_list_and_decimals_are_no_headings() {
    let document = plain(
        "目录\n第一章 概述\n第二章 方法\n\n第一章 概述\n\n本文介绍一种做法，数据在下面。\n\n1.041 0.84 1.49\n1.209 0.016 1.59\n\n第二章 方法\n\n先做甲，再做乙。\n",
    );
    assert_eq!(headings(&document), [(1, "目录"), (2, "第一章 概述"), (2, "第二章 方法")]);
}
