//! Page furniture is set aside and counted; a person's own words never are.

use std::fmt::Write as _;
use std::path::Path;

use sidenote_engine::document::{BlockKind, Document};
use sidenote_engine::ingest::{Limits, read};

fn plain(text: &str) -> Document {
    read("page.txt", text.as_bytes(), &Limits::default()).expect("readable")
}

fn aside(document: &Document) -> Vec<&str> {
    document.blocks.iter().filter(|block| block.kind == BlockKind::Furniture).map(|block| &document.text[block.span.clone()]).collect()
}

const BODY: &str = "柴火灶的搭法\n\n柴火灶的关键是进风和排烟。进风口要低，烟道要直，灶膛不能太深，否则柴烧不透，烟会倒灌进屋里。\n\n1. 选址\n\n灶要靠外墙，烟道可以直接穿墙而出，离木结构至少半米，地面先铺一层砖，防止长时间烘烤开裂。\n\n2. 砌筑\n\n用黄泥和沙子拌成砌筑泥，比例是一比二。每砌三层停一下，让泥稍微干一点，再继续往上，这样墙体不会歪。\n";

#[test]
fn furniture_is_set_aside_but_counted_and_readable() {
    let mut page =
        format!("当前位置: 首页 > 生活 >正文\n\n{BODY}\n更多乡村生活知识\n\n搜索 【灶台边的人】\n\nhttp://www.example.com/n/1.html\n\n相关文章:\n\n");
    for title in [
        "手机电池保养说明",
        "【前端】按钮样式大全",
        "三种常用的排序算法",
        "网络抓包入门",
        "C语言指针详解(下)",
        "如何挑选显示器",
        "虚拟机安装步骤",
        "数据库索引失效的场景",
        "Spring 启动流程",
        "Linux 磁盘扩容",
    ] {
        writeln!(page, "  • {title}").expect("string");
    }
    let document = plain(&page);
    let aside = aside(&document);
    assert_eq!(aside.len(), 2, "{aside:?}");
    assert!(aside[0].starts_with("当前位置"));
    assert!(aside[1].starts_with("更多乡村") && aside[1].ends_with("磁盘扩容"), "{}", aside[1]);
    assert_eq!(document.furniture_chars(), aside.iter().map(|text| text.chars().count()).sum::<usize>());
    assert_eq!(document.title, "柴火灶的搭法");
}

#[test]
fn teasers_of_other_articles_are_one_piece_of_furniture() {
    let mut page = format!("{BODY}https://example.org/post/123abc\n相关文章:\n\n");
    for n in 0..9 {
        write!(page, "第{n}篇别的文章怎么办?\n目录 一、前言 二、安装 1.1 下载软件 1.2 配置环境 这是别的文章的开头，被网页截断在半句话里{n}…...\n\n")
            .expect("string");
    }
    let document = plain(&page);
    let aside = aside(&document);
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert!(aside[0].starts_with("https://example.org"));
    assert!(aside[0].ends_with("…..."));
}

#[test]
fn cards_and_the_byline_between_two_titles_are_furniture() {
    let cards = ["小木剪辑", "云上表格", "写作小助手", "即时会议"];
    let mut page =
        format!("柴火灶的搭法\n\n老周\n生活乡村手工砖瓦\n\nbuild_a_stove\n\n{BODY}\n祝大家都能吃上柴火饭！\n\nstove building\n\n编辑推荐精选\n\n");
    for name in cards {
        write!(page, "{name}\n\n{name}\n\n好用的在线工具\n\n{name}是一款面向个人的在线工具,支持多人协作,打开网页就能用。\n\n").expect("string");
    }
    page.push_str("下拉加载更多");
    let document = plain(&page);
    let aside = aside(&document);
    assert_eq!(aside.len(), 2, "{aside:?}");
    assert!(aside[0].starts_with("老周") && aside[0].ends_with("build_a_stove"));
    assert!(aside[1].starts_with("stove building") && aside[1].ends_with("下拉加载更多"));
}

#[test]
fn an_advert_between_answers_is_set_aside_alone() {
    let document = plain(
        "养鱼问答\n\n鱼缸多久换一次水？\n\n解答：一周换三分之一，水要晒过。\n\n新手养鱼路线图，PDF+课件资料包已经备好，需要的扫码添加，我会发给你\n\n喂食要注意什么？\n\n解答：少量多次，两分钟内吃完。\n",
    );
    assert_eq!(aside(&document), ["新手养鱼路线图，PDF+课件资料包已经备好，需要的扫码添加，我会发给你"]);
    assert!(document.blocks.iter().any(|block| document.text[block.span.clone()].contains("少量多次") && block.kind == BlockKind::Paragraph));
}

#[test]
fn english_pages_have_the_same_furniture() {
    let body = "Building a wood stove\n\nThe draught decides everything: a low inlet, a straight flue, and a firebox that is not too deep. Otherwise the wood only smoulders and the smoke comes back into the room.\n\nSet the bricks in clay and sand, one part to two. After three courses stop for an hour and let the wall settle, then go on.\n";
    let titles = [
        "Ten phones compared",
        "Index tuning for databases",
        "What a pointer is",
        "Choosing a monitor",
        "Packet capture for beginners",
        "How to resize a disk",
        "Sorting in three ways",
        "A week with a new laptop",
    ];
    let document =
        plain(&format!("Skip to content\n\n{body}\nhttps://example.org/stove?utm_source=feed\n\nRelated articles\n\n{}\n", titles.join("\n")));
    let aside = aside(&document);
    assert_eq!(aside.len(), 2, "{aside:?}");
    assert_eq!(aside[0], "Skip to content");
    assert!(aside[1].ends_with("new laptop"));
    assert_eq!(document.title, "Building a wood stove");
}

#[test]
fn a_persons_own_lists_links_and_words_are_never_furniture() {
    let notes = [
        // A reading list of one's own.
        "延伸阅读\n\n相关文章：\n\n- 《深度学习》第六章\n- 《统计学习方法》\n- Attention Is All You Need\n- 论文笔记：残差网络\n- 论文笔记：层归一化\n- 周报第三期\n- 周报第四期\n- 周报第五期\n- 周报第六期\n",
        "会议记录\n\n今天讨论了首页改版，结论写在下面，大家各自跟进。\n\n推荐阅读：\n\n- 上次的会议记录\n- 设计稿\n- 竞品分析\n",
        // A specification that talks about pages.
        "列表页需求\n\n加载更多\n\n点击之后再取二十条，没有更多时按钮变灰。\n\n返回顶部\n\n滚动超过两屏时出现，点击后平滑滚动。\n\n分享\n\n支持微信和微博两个渠道。\n",
        "导航改版\n\n首页 > 设置 > 隐私：这条路径太深，用户找不到，建议提到二级菜单。\n\n首页 登录 注册 关于我们 四个入口保留。\n",
        // An address is what the note is about.
        "常用网址\n\nhttps://www.example.com/a\n\nhttps://www.example.com/b\n",
        "摘录\n\n读完之后最大的感受是慢下来。\n\n来源：\n\nhttps://www.example.com/article/1\n",
        "公众号运营\n\n本周公众号涨粉三百，扫码关注的占一半。下周试试在文末放二维码。\n",
        "Cookie policy notes\n\nWe should tell people that the site stores a session cookie, and nothing else. The banner must have two buttons of equal weight.\n",
        "Vocabulary\n\nhaus\n\nhaus\n\nhouse\n\nbaum\n\ntree\n",
        "Settings\n\nHome > Settings > Privacy > Cookies\n\nTurn everything off there after each update, because it comes back.\n",
        "Newsletter ideas\n\nSubscribe\n\nThe button should say what people get, not what they do.\n",
    ];
    for note in notes {
        for name in ["note.txt", "note.md"] {
            let document = read(name, note.as_bytes(), &Limits::default()).expect("readable");
            assert!(aside(&document).is_empty(), "{note}\n{:?}", aside(&document));
        }
    }
}

#[test]
fn the_shipped_notes_have_no_furniture() {
    fn look(folder: &Path, seen: &mut usize) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                look(&path, seen);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                let bytes = std::fs::read(&path).expect("readable");
                // Read as plain text too: the rules must hold without the help of Markdown.
                for name in ["note.md", "note.txt"] {
                    let document = read(name, &bytes, &Limits::default()).expect("a note");
                    assert!(aside(&document).is_empty(), "{}: {:?}", path.display(), aside(&document));
                }
                *seen += 1;
            }
        }
    }
    let mut seen = 0;
    look(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../notes"), &mut seen);
}
