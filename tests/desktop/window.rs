//! The real window, as a person uses it: on a real data folder, under a display of its own.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as STANDARD;
use serde_json::json;

use crate::driver::Window;

const ENTER: &str = "\u{E007}";
const BOX: &str = ".composer textarea";
const QUESTION: &str = "注意力机制为什么要除以根号 d？";

/// Opens the window in a language; the shipped notes are indexed and the box waits.
fn open_in(data: &Path, language: &str) -> Window {
    std::fs::create_dir_all(data.join("config")).unwrap();
    std::fs::write(data.join("config/settings.toml"), format!("[window]\nlanguage = \"{language}\"\ntheme = \"light\"\n")).unwrap();
    let window = Window::open(data, "zh_CN");
    window.until("the examples", "return document.querySelectorAll('.examples button').length >= 4");
    window
}

fn answered(window: &Window) {
    window.until(
        "an answer with a citation",
        "return document.querySelectorAll('.turn button.chip').length > 0 && !document.querySelector('.composer .stop')",
    );
}

/// Opens the first citation; the marked text, once it is in view.
fn marked(window: &Window) -> String {
    window.click(".turn button.chip");
    let script = "const marks = [...document.querySelectorAll('.reader mark')];
        if (!marks.length) return null;
        const box = marks[0].getBoundingClientRect();
        if (box.top < 0 || box.bottom > innerHeight || !box.width) return null;
        return marks.map((mark) => mark.textContent).join('');";
    window.until("the marked passage in view", script).as_str().unwrap().to_owned()
}

fn open(data: &Path) -> Window {
    open_in(data, "zh")
}

#[test]
fn a_question_in_chinese_leads_to_the_marked_passage_and_is_there_after_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let window = open(data.path());
    assert_eq!(window.script("return document.activeElement === document.querySelector('.composer textarea')"), json!(true), "the box has the focus");
    window.type_into(BOX, &format!("{QUESTION}{ENTER}"));
    answered(&window);
    let quote = marked(&window);
    assert!(quote.contains("方差") || quote.contains("softmax") || quote.contains("点积"), "{quote}");
    keep_picture(&window, "ask-zh");
    window.close();

    let window = Window::open(data.path(), "zh_CN");
    let open = format!(
        "const entry = [...document.querySelectorAll('.sidebar button, .sidebar a')].find((e) => e.textContent.includes({})); if (!entry) return null; entry.click(); return true;",
        json!(QUESTION)
    );
    window.until("the conversation in the list", &open);
    answered(&window);
    assert_eq!(marked(&window), quote, "its citations still work");
    window.close();
}

#[test]
fn an_english_question_is_answered_with_the_sentences_of_chinese_notes() {
    let data = tempfile::tempdir().unwrap();
    let window = open_in(data.path(), "en");
    window.type_into(BOX, &format!("How does LoRA fine-tuning work?{ENTER}"));
    answered(&window);
    assert!(marked(&window).contains("微调"), "the first sentence of the answer");
    keep_picture(&window, "ask-en");
    window.close();
}

#[test]
fn a_note_that_is_written_in_the_window_answers_a_question() {
    let data = tempfile::tempdir().unwrap();
    let window = open(data.path());
    window.script(
        "document.querySelector('.composer textarea').dispatchEvent(new KeyboardEvent('keydown', { key: 'n', ctrlKey: true, bubbles: true }))",
    );
    window.type_into("dialog input, [role=dialog] input", &format!("白鹭计划{ENTER}"));
    window.type_into(".cm-content", "白鹭计划的负责人是沈知秋，预算四百一十万元。");
    window.until("the note on disk", "return document.querySelector('[data-state]')?.dataset.state === 'saved'");
    let text = std::fs::read_to_string(data.path().join("notes/白鹭计划.md")).unwrap();
    assert!(text.contains("沈知秋"), "{text}");
    window.script("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })); [...document.querySelectorAll('.sidebar nav button, .sidebar nav a')][0].click()");
    window.type_into(BOX, &format!("白鹭计划的负责人是谁？{ENTER}"));
    answered(&window);
    assert!(window.script("return document.querySelector('.turn').innerText").as_str().unwrap().contains("沈知秋"));
    window.close();
}

#[test]
fn nothing_from_outside_is_loaded_and_no_script_of_a_note_runs() {
    let data = tempfile::tempdir().unwrap();
    let notes = data.path().join("notes");
    std::fs::create_dir_all(&notes).unwrap();
    let window = open(data.path());
    let blocked = window.script(
        "window.__ran = false;
        const div = document.createElement('div');
        div.innerHTML = '<img src=x onerror=\"window.__ran = true\"><script>window.__ran = true<\\/script>';
        document.body.append(div);
        const script = document.createElement('script');
        script.textContent = 'window.__ran = true';
        document.body.append(script);
        return window.__ran;",
    );
    assert_eq!(blocked, json!(false));
    let fetched = window.ok_async("const done = arguments[0]; fetch('http://127.0.0.1:9/').then(() => done('fetched'), () => done('refused'));");
    assert_eq!(fetched, json!("refused"));
    window.close();
}

/// Pictures for the README: written where SIDENOTE_PICTURES names a folder (`make pictures`).
fn keep_picture(window: &Window, name: &str) {
    // What flashes when it is opened has come to rest.
    std::thread::sleep(Duration::from_secs(2));
    let png = STANDARD.decode(window.picture()).unwrap();
    assert!(png.starts_with(b"\x89PNG") && png.len() > 20_000, "an empty window");
    if let Some(folder) = std::env::var_os("SIDENOTE_PICTURES") {
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), png).unwrap();
    }
}
