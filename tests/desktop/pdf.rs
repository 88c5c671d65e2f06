//! PDFs as pages: the command, and in the real window the picture with the passage marked on it.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::driver::Window;
use crate::page::{Page, everywhere};
use crate::pdf_file::{Font, Shown, pdf};

/// A report of two pages, in a Chinese font that is not in the file.
fn report(data: &Path) {
    fs::create_dir_all(data.join("notes")).unwrap();
    let page = |text| {
        let line = "这一季的浮标每隔六小时记录一次海水的温度和盐度。";
        (Font::Predefined, vec![Shown(60.0, 700.0, 14.0, "观测报告"), Shown(60.0, 640.0, 14.0, line), Shown(60.0, 600.0, 14.0, text)])
    };
    let pages = [page("第一页讲浮标的校准和维护。"), page("蓝鲸的叫声频率低至十四赫兹，人耳听不到。")];
    fs::write(data.join("notes/报告.pdf"), pdf(&pages, "")).unwrap();
}

#[test]
fn the_pages_of_a_pdf_have_addresses_and_boxes_and_nothing_else_has() {
    let page = Page::open();
    page.begin();
    // The folder of one's own notes is indexed with the first of them.
    let own = page.ok("create", json!({ "title": "别的", "text": "# 别的\n\n文。\n" }));
    report(page.folder.path());
    page.ok("sync", json!({ "library": null, "documents": null }));
    let note = page.until("the PDF in the index", || page.ok("list", json!({})).as_array().unwrap().iter().find(|n| n["format"] == "pdf").cloned());
    let found = page.ok("search", json!({ "job": 1, "query": "蓝鲸的叫声频率", "filter": everywhere(), "limit": 3 }));
    let hit = found["hits"].as_array().unwrap().iter().find(|hit| hit["document_id"] == note["id"]).cloned().unwrap();
    let shown = page.ok("pages", json!({ "id": note["id"], "start": hit["start"], "end": hit["end"] }));
    assert_eq!(shown["pages"].as_array().unwrap().len(), 2);
    let address = shown["pages"][1]["address"].as_str().unwrap();
    assert!(address.starts_with("note-page://localhost/") && !address.contains("报告"), "ids, never paths: {address}");
    let on_second = |mark: &&Value| mark["page"] == 2;
    let mark = shown["marks"].as_array().unwrap().iter().rfind(on_second).unwrap();
    assert!((mark["left"].as_f64().unwrap() - 60.0).abs() < 1.0 && (mark["top"].as_f64().unwrap() - 188.0).abs() < 6.0, "{shown}");
    assert_eq!(page.call("pages", json!({ "id": own["id"], "start": 0, "end": 1 })).unwrap_err()["code"], "invalid_input");
}

#[test]
fn a_citation_of_a_pdf_opens_its_page_with_the_passage_marked_where_its_ink_is() {
    let data = tempfile::tempdir().unwrap();
    report(data.path());
    fs::create_dir_all(data.path().join("config")).unwrap();
    fs::write(data.path().join("config/settings.toml"), "[window]\nlanguage = \"zh\"\ntheme = \"light\"\n").unwrap();
    let window = Window::open(data.path(), "zh_CN", &[]);
    window.until("the box", "return !!document.querySelector('.composer textarea')");
    // The own folder becomes a library with the first note that is written into it.
    window.ok_async(
        "const done = arguments[0]; window.__TAURI_INTERNALS__.invoke('create', { title: '别的', text: '# 别的\\n\\n文。\\n' }).then(() => done(true), (e) => done(e));",
    );
    window.type_into(".composer textarea", "蓝鲸的叫声频率是多少？\u{E007}");
    window.until(
        "an answer with a citation",
        "return document.querySelectorAll('.turn button.chip').length > 0 && !document.querySelector('.composer .stop')",
    );
    window.click(".turn button.chip");
    // How dark the drawing is under the mark, and beside it in the same line, where nothing is written.
    let ink = "const mark = document.querySelector('.reader .mark');
        const image = mark?.parentElement.querySelector('img.drawn');
        if (!image || !image.naturalWidth) return null;
        const [box, sheet] = [mark.getBoundingClientRect(), image.getBoundingClientRect()];
        if (box.top < 0 || box.bottom > innerHeight) return null;
        return { naturalWidth: image.naturalWidth, width: sheet.width, page: mark.parentElement.getAttribute('aria-label'),
          left: (box.left - sheet.left) / sheet.width, top: (box.top - sheet.top) / sheet.height, wide: box.width / sheet.width };";
    let seen = window.until("the page with its mark in view", ink);
    assert!(seen["naturalWidth"].as_f64().unwrap() >= seen["width"].as_f64().unwrap(), "{seen}");
    assert_eq!(seen["page"], "第 2 页，共 2 页");
    // 60 of 600 points from the left, the base line at 200 of 800 from the top, 20 characters of 14 points.
    assert!((seen["left"].as_f64().unwrap() - 0.1).abs() < 0.01, "{seen}");
    assert!((seen["top"].as_f64().unwrap() - 188.0 / 800.0).abs() < 0.02, "{seen}");
    assert!((seen["wide"].as_f64().unwrap() - 20.0 * 14.0 / 600.0).abs() < 0.05, "{seen}");
    window.close();
}
