//! Encodings: what is text is read, what is not is said.

use proptest::prelude::*;
use sidenote_engine::document::Document;
use sidenote_engine::ingest::{Limits, Skip, SkipReason, read};

fn decode(bytes: &[u8]) -> Result<Document, Skip> {
    read("note.txt", bytes, &Limits::default())
}

fn reason(bytes: &[u8]) -> SkipReason {
    decode(bytes).expect_err("skipped").reason
}

fn check(encoding: &'static encoding_rs::Encoding, text: &str) {
    let (bytes, _, lossy) = encoding.encode(text);
    assert!(!lossy, "{text} is not in {}", encoding.name());
    let document = decode(&bytes).unwrap_or_else(|skip| panic!("{text}: {skip:?}"));
    assert_eq!(document.text, text, "read as {}", document.encoding);
    assert!(!document.verbatim);
}

#[test]
fn short_and_long_chinese_is_read_from_gb18030() {
    for text in [
        "你好",
        "今天买菜",
        "会议记录：下周三开会。",
        "梯度裁剪",
        "注意力机制（Attention）用于机器翻译，效果很好。",
        "1. 学习率\n2. 批大小\n",
        "LoRA 微调只训练低秩矩阵，int8 量化可以省显存。",
        "饺子馅：韭菜、鸡蛋、虾皮",
        "㐀㐁 生僻字也要能读出来，不能因为一个字就失败。",
    ] {
        check(encoding_rs::GB18030, text);
    }
}

#[test]
fn traditional_chinese_is_read_from_big5_and_japanese_from_its_encodings() {
    for text in ["今天天氣很好", "機器學習是人工智慧的一個分支，透過資料來訓練模型。", "會議記錄：下週三開會，請準備資料。"]
    {
        check(encoding_rs::BIG5, text);
    }
    for text in ["今日はいい天気ですね", "機械学習はデータからモデルを学ぶ方法です。", "メモ：会議は水曜日。"]
    {
        check(encoding_rs::SHIFT_JIS, text);
        check(encoding_rs::EUC_JP, text);
    }
}

#[test]
fn western_and_korean_text_from_before_unicode_is_read() {
    check(encoding_rs::WINDOWS_1252, "Der Käse liegt auf dem Tisch, und das Brot daneben schmeckt süß. Größe über alles – naïve Café-Gäste.");
    check(encoding_rs::EUC_KR, "안녕하세요. 오늘은 날씨가 정말 좋습니다. 우리는 기계 학습에 대해 이야기하려고 합니다.");
}

#[test]
fn utf16_is_read_with_and_without_its_mark() {
    for text in ["Plain words, and a new line.\nMore.", "注意力机制是什么？\n它把目光放在重要的词上。\n", "混合 mixed 文本 text。"]
    {
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (bytes, mark, name) in [(&little, [0xff, 0xfe], "UTF-16LE"), (&big, [0xfe, 0xff], "UTF-16BE")] {
            let marked: Vec<u8> = mark.iter().chain(bytes).copied().collect();
            for bytes in [&marked, bytes] {
                let document = decode(bytes).unwrap_or_else(|skip| panic!("{name} {text}: {skip:?}"));
                assert_eq!((document.text.as_str(), document.encoding.as_str()), (text, name));
            }
        }
    }
}

#[test]
fn utf8_is_the_files_own_bytes() {
    let document = decode("\u{feff}带标记的文本。".as_bytes()).expect("text");
    assert_eq!((document.text.as_str(), document.file_offset, document.verbatim), ("带标记的文本。", 3, true));
    let cut = &"这是一段被截断的文本，最后一个字不完整啊".as_bytes()[..55];
    let document = decode(cut).expect("text");
    assert_eq!(document.encoding, "UTF-8");
    assert!(!document.verbatim);
}

#[test]
fn binary_data_under_a_text_name_is_said() {
    assert_eq!(reason(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), SkipReason::Binary);
    assert_eq!(reason(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"), SkipReason::Binary);
    assert_eq!(reason(b"PK\x03\x04\x14\0\x08\x08"), SkipReason::Binary);
    assert_eq!(reason(b"text with a \0 in it"), SkipReason::Binary);
    let noise: Vec<u8> = (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    assert!(matches!(reason(&noise), SkipReason::Binary | SkipReason::Encoding));
    let no_nul: Vec<u8> = noise.iter().map(|&b| b.max(1)).collect();
    assert!(matches!(reason(&no_nul), SkipReason::Binary | SkipReason::Encoding));
}

#[test]
fn empty_and_blank_files_are_empty() {
    for bytes in [&b""[..], b" \n\t\r\n", "\u{feff}".as_bytes(), "\u{3000}\n".as_bytes(), b"\xff\xfe"] {
        assert_eq!(reason(bytes), SkipReason::Empty, "{bytes:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_skipped_but_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), name in "(a|b)\\.(md|txt|org)") {
        if let Ok(document) = read(&name, &bytes, &Limits::default()) {
            prop_assert_eq!(document.validate(), Ok(()));
        }
    }

    #[test]
    fn utf8_text_is_never_changed(text in "[a-z一-龥，。\n]{1,80}") {
        if let Ok(document) = read("a.md", text.as_bytes(), &Limits::default()) {
            prop_assert_eq!(document.text, text);
            prop_assert!(document.verbatim);
        }
    }
}
