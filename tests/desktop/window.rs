//! The real window, as a person uses it: on a real data folder, under a display of its own.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::engine::{Engine, Settings};
use sidenote_engine::event::{Run, Silent};
use sidenote_engine::paths::Paths;

use crate::disk::on_small_disk;
use crate::driver::{PATIENCE, Window};
use crate::speaker;

pub(crate) const ENTER: &str = "\u{E007}";
pub(crate) const BOX: &str = ".composer textarea";
const QUESTION: &str = "注意力机制为什么要除以根号 d？";

/// Indexes the shipped notes, and a folder, before a window is opened: there it stands back for whatever else the machine does.
pub(crate) fn index(data: &Path, folder: Option<&Path>) {
    let engine = Engine::open(Paths::under(data), Settings::default(), Some(sidenote_models::bundled())).unwrap();
    if let Some(folder) = folder {
        engine.add_library(folder, None).unwrap();
    }
    engine.sync(None, Run { observer: &Silent, cancel: &CancelToken::new() }).unwrap();
}

/// Opens the window in a language; the shipped notes are indexed and the box waits.
fn open_in(data: &Path, language: &str) -> Window {
    open_with(data, &format!("[window]\nlanguage = \"{language}\"\ntheme = \"light\"\n"))
}

pub(crate) fn open_with(data: &Path, settings: &str) -> Window {
    std::fs::create_dir_all(data.join("config")).unwrap();
    std::fs::write(data.join("config/settings.toml"), settings).unwrap();
    let window = Window::open(data, "zh_CN", &[]);
    window.until("the examples", "return document.querySelectorAll('.examples button').length >= 4");
    window
}

pub(crate) fn answered(window: &Window) {
    window.until(
        "an answer with a citation",
        "return document.querySelectorAll('.turn button.chip').length > 0 && !document.querySelector('.composer .stop')",
    );
}

/// Waits for a folder that was added, until all of it is in the indexes: its row has counts before that.
pub(crate) fn taken_in(window: &Window, folder: &Path) {
    let status = format!(
        "const done = arguments[0], {{ invoke }} = window.__TAURI_INTERNALS__;
        invoke('status').then(({{ generation, legs, libraries }}) => done(
            libraries.some((library) => library.folder === {} && library.synced) && legs.lexical_generation === generation && legs.vector_generation === generation
        ));",
        json!(folder.canonicalize().unwrap())
    );
    let began = Instant::now();
    while window.ok_async(&status) != json!(true) {
        assert!(began.elapsed() < PATIENCE, "the folder is not indexed");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Opens the first citation; the marked text, once it is in view.
pub(crate) fn marked(window: &Window) -> String {
    window.click(".turn button.chip");
    marked_in_view(window)
}

fn marked_in_view(window: &Window) -> String {
    let script = "const marks = [...document.querySelectorAll('.reader mark.quote')];
        if (!marks.length) return null;
        const box = marks[0].getBoundingClientRect();
        if (box.top < 0 || box.bottom > innerHeight || !box.width) return null;
        return marks.map((mark) => mark.textContent).join('');";
    window.until("the marked passage in view", script).as_str().unwrap().to_owned()
}

/// Opens a conversation of before.
fn reopen(window: &Window, question: &str) {
    let open = format!(
        "const entry = [...document.querySelectorAll('.sidebar button, .sidebar a')].find((e) => e.textContent.includes({})); if (!entry) return null; entry.click(); return true;",
        json!(question)
    );
    window.until("the conversation in the list", &open);
    answered(window);
}

/// Begins a note; its text can be written.
pub(crate) fn new_note(window: &Window, title: &str) {
    window.script(
        "document.querySelector('.composer textarea').dispatchEvent(new KeyboardEvent('keydown', { key: 'n', ctrlKey: true, bubbles: true }))",
    );
    window.type_into("dialog input, [role=dialog] input", &format!("{title}{ENTER}"));
    window.find(".cm-content");
}

pub(crate) fn open(data: &Path) -> Window {
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
    window.script("document.querySelector('.reader .scroller').scrollTop = 0");
    window.press("\u{E00F}");
    window.until("the next page of the note", "return document.querySelector('.reader .scroller').scrollTop > 0");
    window.close();

    let window = Window::open(data.path(), "zh_CN", &[]);
    reopen(&window, QUESTION);
    assert_eq!(marked(&window), quote, "its citations still work");
    window.close();
}

#[test]
fn an_english_question_is_answered_with_the_sentences_of_chinese_notes() {
    let data = tempfile::tempdir().unwrap();
    let window = open_in(data.path(), "en");
    window.type_into(BOX, &format!("How does LoRA fine-tuning work?{ENTER}"));
    answered(&window);
    assert!(marked(&window).contains("低秩"), "the first sentence of the answer");
    window.close();
}

#[test]
fn a_note_that_is_written_in_the_window_answers_a_question() {
    let data = tempfile::tempdir().unwrap();
    let window = open(data.path());
    new_note(&window, "白鹭计划");
    window.type_into(".cm-content", "白鹭计划的负责人是沈知秋，预算四百一十万元。");
    window.until("the note on disk", "return document.querySelector('[data-state]')?.dataset.state === 'saved'");
    let text = std::fs::read_to_string(data.path().join("notes/白鹭计划.md")).unwrap();
    assert!(text.contains("沈知秋"), "{text}");
    window.script("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })); [...document.querySelectorAll('.sidebar nav button, .sidebar nav a')][0].click()");
    window.type_into(BOX, &format!("白鹭计划的负责人是谁？{ENTER}"));
    answered(&window);
    assert!(window.script("return document.querySelector('.turn').innerText").as_str().unwrap().contains("沈知秋"));
    window.close();

    // The note is edited elsewhere before the conversation is opened again.
    std::fs::write(data.path().join("notes/白鹭计划.md"), text.replace("沈知秋", "顾怀远")).unwrap();
    let window = Window::open(data.path(), "zh_CN", &[]);
    reopen(&window, "白鹭计划的负责人是谁？");
    window.until("that the passage has changed", "return /引文后来改过|这段话改过了/.test(document.querySelector('.turn').innerText)");
    window.close();
}

#[test]
fn a_link_to_a_note_that_is_not_there_is_said_in_the_window() {
    let data = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(data.path().join("config")).unwrap();
    std::fs::write(data.path().join("config/settings.toml"), "[window]\nlanguage = \"zh\"\n").unwrap();
    let window = Window::open(data.path(), "zh_CN", &["sidenote://note?library=study-notes&path=nowhere.md"]);
    window.until("what is wrong", "return document.body.innerText.includes('笔记库“study-notes”里没有笔记')");
    window.close();
}

#[test]
fn links_open_a_question_a_conversation_and_a_note_at_its_passage() {
    let data = tempfile::tempdir().unwrap();
    let link = |kind: &str, values: &[(&str, &str)]| url::Url::parse_with_params(&format!("sidenote://{kind}"), values).unwrap().to_string();
    std::fs::create_dir_all(data.path().join("config")).unwrap();
    std::fs::write(data.path().join("config/settings.toml"), "[window]\nlanguage = \"zh\"\n").unwrap();
    let window = Window::open(data.path(), "zh_CN", &[&link("ask", &[("q", QUESTION)])]);
    let typed = window.until("the question in the box", &format!("return document.querySelector('{BOX}')?.value || null"));
    assert_eq!(typed, json!(QUESTION));
    assert_eq!(window.script("return document.querySelectorAll('.turn').length"), json!(0), "asking is the person's");
    window.type_into(BOX, ENTER);
    answered(&window);
    let quote = marked(&window);
    let cited = window.ok_async(
        "const done = arguments[0], { invoke } = window.__TAURI_INTERNALS__;
        invoke('conversations', { query: null }).then(([last]) => invoke('conversation', { id: last.id })
            .then(({ id, turns }) => done({ id, cited: turns[0].answer.citations[0] })));",
    );
    window.close();

    let conversation = format!("sidenote://conversation/{}", cited["id"]);
    let [start, end] = ["start", "end"].map(|key| cited["cited"][key].to_string());
    let [library, path] = ["library", "document"].map(|key| cited["cited"][key].as_str().unwrap());
    let note = link("note", &[("library", library), ("path", path), ("start", &start), ("end", &end)]);
    let window = Window::open(data.path(), "zh_CN", &[&conversation, &note]);
    answered(&window);
    assert_eq!(marked_in_view(&window), quote, "the passage that was cited");
    window.close();
}

#[test]
fn a_folder_handed_to_the_window_is_added_indexed_and_asked() {
    let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(folder.path().join("山雀.md"), "# 山雀观测\n\n山雀观测站设在**栖霞岭**北坡，海拔六百二十米。冬天没有人值守。\n").unwrap();
    std::fs::create_dir_all(data.path().join("config")).unwrap();
    std::fs::write(data.path().join("config/settings.toml"), "[window]\nlanguage = \"zh\"\n").unwrap();
    index(data.path(), None);
    // What a drop on the window does too: the folder is offered, and the person says yes.
    let window = Window::open(data.path(), "zh_CN", &[folder.path().to_str().unwrap()]);
    window.click("dialog .actions button:last-child");
    window.script("document.querySelectorAll('.sidebar nav button')[3].click()");
    let name = folder.path().file_name().unwrap().to_str().unwrap();
    let row = format!(
        "return [...document.querySelectorAll('.libraries .about')].some((row) => row.textContent.includes({}) && row.querySelector('.counts'))",
        json!(name)
    );
    window.until("the library with what was read of it", &row);
    taken_in(&window, folder.path());
    window.script("document.querySelectorAll('.sidebar nav button')[0].click()");
    window.type_into(BOX, &format!("山雀观测站设在哪里？{ENTER}"));
    answered(&window);
    assert!(window.script("return document.querySelector('.turn').innerText").as_str().unwrap().contains("栖霞岭"), "the folder's own note answers");
    let quote = window.ok_async(
        "const done = arguments[0], { invoke } = window.__TAURI_INTERNALS__;
        invoke('conversations', { query: null }).then(([last]) => invoke('conversation', { id: last.id })).then(({ turns }) => done(turns[0].answer.citations[0].quote));",
    );
    assert_eq!(marked(&window), quote.as_str().unwrap().replace("**", ""), "what is quoted, as it is read, and not a character more");
    window.close();
}

#[test]
fn an_answer_is_seen_while_it_is_written() {
    const PIECES: &[&str] = &["LoRA 冻结", "原来的权重，", "只训练两个", "低秩矩阵。"];
    let data = tempfile::tempdir().unwrap();
    let window = open_with(data.path(), &format!("[window]\nlanguage = \"zh\"\n{}", speaker::serve(PIECES, Duration::from_millis(400), false)));
    window.script(
        "window.__seen = [];
        new MutationObserver(() => {
            const answer = document.querySelector('.turn')?.innerText ?? '';
            if (document.querySelector('.composer .stop') && window.__seen.at(-1) !== answer) window.__seen.push(answer);
        }).observe(document.body, { childList: true, subtree: true, characterData: true });",
    );
    window.type_into(BOX, &format!("LoRA 微调的原理是什么？{ENTER}"));
    answered(&window);
    let seen: Vec<String> = serde_json::from_value(window.script("return window.__seen")).unwrap();
    let written: Vec<usize> = (1..PIECES.len()).filter(|n| seen.iter().any(|text| text.contains(&PIECES[..*n].concat()))).collect();
    assert!(written.len() >= 2, "parts were on the screen before the whole: {seen:?}");
    window.close();
}

#[test]
fn on_a_full_disk_the_window_asks_before_it_closes_and_what_was_typed_reaches_its_file() {
    on_small_disk(|disk| {
        // WebKit keeps its own files elsewhere: its driver does not type without room for them.
        let (data, elsewhere) = (disk.path().join("data"), tempfile::tempdir().unwrap());
        std::fs::create_dir(&data).unwrap();
        for place in ["xdg-data", "xdg-config", "xdg-cache", "webview"] {
            std::os::unix::fs::symlink(elsewhere.path(), data.join(place)).unwrap();
        }
        let window = open(&data);
        new_note(&window, "鹈鹕");
        disk.fill();
        window.type_into(".cm-content", "鹈鹕湾的渡口在每周四停航。");
        window.until("that it is not saved", "return document.querySelector('[data-state]')?.dataset.state === 'failed'");
        window.hands().press_close();
        let said = window.until("the question", "return document.querySelector('dialog[open]')?.innerText ?? null");
        assert!(said.as_str().unwrap().contains("丢失"), "{said}");
        // Longer than a page that does not answer is waited for.
        std::thread::sleep(Duration::from_secs(5));
        assert!(window.is_open());
        window.click("dialog[open] .actions button:first-child");

        disk.free();
        window.until("the note on disk", "return document.querySelector('[data-state]')?.dataset.state === 'saved'");
        assert!(std::fs::read_to_string(data.join("notes/鹈鹕.md")).unwrap().contains("每周四停航"));
        window.hands().press_close();
        let began = Instant::now();
        while window.is_open() {
            assert!(began.elapsed() < Duration::from_secs(20), "nothing is left to ask");
            std::thread::sleep(Duration::from_millis(100));
        }
        window.close();
    });
}

#[test]
fn keys_that_are_refused_leave_those_of_before() {
    const F9: u32 = 0xffc6;
    const F10: u32 = 0xffc7;
    let data = tempfile::tempdir().unwrap();
    let window = open_with(data.path(), "[window]\nhotkey = \"F9\"\n");
    assert!(window.hands().is_taken(F9) && !window.hands().is_taken(F10));
    let set = |keys: &str| {
        window.ok_async(&format!(
            "const done = arguments[0], {{ invoke }} = window.__TAURI_INTERNALS__;
            invoke('settings').then((settings) => invoke('save_settings', {{ settings: {{ ...settings, hotkey: {} }} }}))
                .then(({{ hotkey }}) => done(hotkey), ({{ code }}) => done(code));",
            json!(keys)
        ))
    };
    assert_eq!(set("no such key"), json!("invalid_input"));
    assert!(window.hands().is_taken(F9));
    assert_eq!(set("F10"), json!("F10"));
    assert!(window.hands().is_taken(F10) && !window.hands().is_taken(F9));
    assert_eq!(set("f10"), json!("f10"), "the same keys written in another way");
    assert!(window.hands().is_taken(F10));
    window.close();
}

#[test]
fn with_a_sign_in_the_tray_a_window_that_is_closed_goes_out_of_sight_and_works_on() {
    let libraries = Command::new("sh").args(["-c", "ls /usr/lib/*-linux-gnu/lib*appindicator3.so.1"]).output().unwrap();
    if libraries.stdout.is_empty() {
        return;
    }
    let data = tempfile::tempdir().unwrap();
    let window = open_with(data.path(), "[window]\ntray = true\n");
    assert!(window.hands().press_close());
    let began = Instant::now();
    // Asked once more, it would close if it still listened.
    while window.hands().press_close() {
        assert!(began.elapsed() < Duration::from_secs(20), "it goes");
        std::thread::sleep(Duration::from_millis(100));
    }
    std::thread::sleep(Duration::from_secs(5));
    assert!(window.is_open(), "longer than a page that does not answer is waited for");
    window.close();
}

#[test]
fn a_window_opens_in_the_size_that_it_had_and_keeps_it_in_its_data_folder() {
    let data = tempfile::tempdir().unwrap();
    let window = open(data.path());
    window.resize(930, 710);
    window.until("the size", "return innerWidth === 930 && innerHeight === 710");
    window.hands().press_close();
    let began = Instant::now();
    while window.is_open() {
        assert!(began.elapsed() < Duration::from_secs(20), "it closes");
        std::thread::sleep(Duration::from_millis(100));
    }
    window.close();
    assert!(data.path().join("window-state.json").is_file());
    assert!(!data.path().join("xdg-config/app.sidenote.desktop/.window-state.json").exists());

    let window = Window::open_as_it_was(data.path(), "zh_CN", &[]);
    window.until("the size of before", "return innerWidth === 930 && innerHeight === 710");
    window.close();
}

#[test]
fn what_each_part_of_the_search_does_and_the_memory_in_use_can_be_seen() {
    let data = tempfile::tempdir().unwrap();
    let window = open(data.path());
    window.script("document.querySelectorAll('.sidebar nav button')[3].click()");
    window.until("both legs at work", "return document.querySelectorAll('#legs ~ dl .mood.ready').length >= 2");
    window.script("document.querySelectorAll('.sidebar nav button')[4].click()");
    window.click(".settings nav button:last-child");
    window.until("memory", "return /[0-9] MB/.test(document.querySelector('.about dl')?.innerText ?? '')");
    window.script("document.querySelector('.settings nav button').click()");
    let switches = window.until(
        "the switches",
        "const all = [...document.querySelectorAll('.settings input[type=checkbox], .settings [role=switch]')]; return all.length ? all.map((s) => s.checked ?? s.ariaChecked === 'true') : null",
    );
    assert!(switches.as_array().unwrap().iter().all(|on| on == &json!(false)), "the sign in the tray is off: {switches}");
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
