//! What a model says besides its answer: courtesies around it, and that the notes do not say something. Neither can be found in a note, and neither is made up.
//! Pure; it must not know what the notes say.

use std::sync::LazyLock;

use regex::Regex;

use super::units::regex;
use crate::text::normalise;

/// What a sentence is that claims nothing of what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aside {
    /// A greeting, an offer, a good wish.
    Courtesy,
    /// The notes do not say it.
    Absent,
}

/// Whole sentences, normalised. What a courtesy may hold is bounded, and has no digits: a fact stays one. It is said to the person: what somebody in a note offers,
/// hopes or will explain is none.
static COURTESY: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    [
        regex(concat!(
            r"^(?:(?:好的?|好啊|当然可以|当然|没问题|明白了?|收到|好问题|你好|您好)|(?:这是(?:一?个)?)?(?:很)?好的?问题|很高兴[^,。;0-9]{0,6}[你您][^,。;0-9]{0,6}|不客气|",
            r"(?:(?:好的?|当然可以|当然|没问题)[,!。 ]*)?(?:",
            r"(?:下面|接下来|以下)?我?[来就将会]{0,2}(?:为|给|帮|向)[你您](?:简单|详细|逐一)?地?(?:回答|解答|解释|介绍|说明|总结|梳理|看看|说说|讲讲)[^,。;0-9]{0,14}|",
            r"(?:下面|接下来|以下)我?[来就将会]{0,2}(?:简单|详细|逐一)?地?(?:回答|解答|解释|介绍|说明|总结|梳理|看看|说说|讲讲)[^,。;0-9]{0,14}:|",
            r"我来(?:简单|详细|逐一)?地?(?:回答|解答|解释|说明|总结)(?:一下)?(?:这个问题|你的问题|您的问题)?)|",
            r"(?:以上(?:内容|信息|回答)?|这)?希望[^,。;0-9]{0,12}(?:对[你您][^,。;0-9]{0,4}(?:有帮助|有所帮助|有用)|帮(?:到|助)(?:到)?[你您])[^,。;0-9]{0,4}|",
            r"(?:如果?|若)[^,。;0-9]{0,16}(?:问题|疑问|想了解|需要|不清楚|不明白)[^,。;0-9]{0,12},?(?:请|欢迎|可以|都可以|随时|尽管){1,3}(?:继续|再|向我){0,2}(?:问我|告诉我|提问|追问|联系我)[^,。;0-9]{0,4}|",
            r"(?:欢迎|请)(?:随时|继续){0,2}(?:向我)?(?:提问|追问|问我|告诉我)[^,。;0-9]{0,4})[!。:~ ]*$",
        )),
        regex(concat!(
            r"^(?:(?:sure|sure thing|certainly|of course|absolutely|okay|ok|great|hello|hi|no problem|you're welcome|happy to help|glad to help)|",
            r"(?:that's |that is |what )?(?:an? )?(?:great|good|excellent|interesting) question|(?:i'd be |i'm |i am )?(?:happy|glad) to (?:help|explain|assist)[^,.;0-9]{0,30}|",
            r"(?:i )?hope (?:this|that|it) (?:helps|is helpful|answers)[^.;0-9]{0,30}|",
            r"(?:please )?(?:feel free|don't hesitate|do not hesitate) to (?:ask|reach out|let me know)[^.;0-9]{0,50}|",
            r"(?:please |just )?let me know (?:if|whether|what|how|should) (?:you|there|anything|i)\b[^.;0-9]{0,60}|",
            r"(?:if|should) (?:you|there) [^.;0-9]{0,50}\b(?:question|questions|help|details|information|know|clarification)\b[^.;0-9]{0,10},? ?",
            r"(?:please |just |feel free to |do not hesitate to |don't hesitate to )*(?:let me know|ask(?: me| away)?|tell me|say so)(?: any ?time| here)?|",
            r"(?:now,? )?let's (?:dive in|take a look|get started|break it down|break this down|look at (?:it|this))[^.;0-9]{0,20})[!.:, ]*$",
        )),
    ]
});

/// The same of what is not there: a sentence that goes on behind it says more, and is compared like any other. Materials and contents are the notes' only where
/// that is said: others may be of asbestos, or of a contract.
static ABSENT: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    [
        regex(concat!(
            r"^(?:不过,?|但是?,?|然而,?|另外,?|抱歉,?|很抱歉,?|对不起,?|因此,?|所以,?)?(?:(?:关于|至于|对于)[^,。;]{1,30},)?(?:(?:[^,。;]{1,30},)?",
            r"(?:在)?(?:(?:你的|您的|这些|这几段|所给的?|提供的|给出的|上面的|以上|相关)*(?:笔记|段落|原文|文中)|(?:你的|您的|这些|这几段|所给的?|提供的|给出的|上面的|以上)+(?:资料|内容|材料|文本))(?:里面|里|中|内|上)?",
            r"(?:也|都|均|并|还|目前|似乎){0,2}(?:没有|未|没)(?:明确|直接|具体|详细|进一步)?(?:地)?",
            r"(?:(?:提到|提及|说|涉及|给出|包含|包括|找到|记录|记载|写[^完好,。;]|讲|介绍|讨论|提供|解释|描述|相关|关于|任何|答案|这方面|这个)[^,。;]{0,40})?|",
            r"(?:我)?(?:没有?|未能|无法|不能)(?:能)?(?:在|从)[^,。;]{0,16}(?:笔记|段落|资料|内容)(?:里面|里|中)?(?:找到|看到|得知|回答|确定|判断)[^,。;]{0,30})[!。]*$",
        )),
        regex(concat!(
            r"^(?:(?:however|but|unfortunately|sorry|i'm sorry|also|so|therefore),? ?(?:but )?)?(?:(?:as for|as to|regarding|about|concerning|on|for) [^,.;]{1,50}, ?)?(?:",
            r"(?:(?:the |your |these |those |my |this |provided |given |above )*(?:notes?|passages?|texts?|excerpts?|context)(?: provided| given| above)?|",
            r"(?:the |these )?(?:(?:provided|given|above|your) materials?|materials? (?:provided|given|above))) (?:also |themselves )?",
            r"(?:do not|don't|does not|doesn't|did not|didn't)(?: explicitly| directly| specifically| clearly| actually| really)?",
            r"(?: even)? (?:say|state|mention|specify|describe|explain|cover|contain|include|provide|give|discuss|answer|address|tell|name|list|compare|indicate|define)\b[^,.;]{0,90}|",
            r"(?:there is|there's) (?:no|nothing|not any)\b[^,.;]{0,60}\b(?:in|from) (?:the |your |these |my |provided )*(?:notes?|passages?|texts?|materials?|excerpts?|context)(?: provided| given)?|",
            r"i (?:could not|couldn't|cannot|can't|did not|didn't) (?:find|see|answer|tell|determine)\b[^,.;]{0,60}\b(?:in|from) (?:the |your |these |my |provided )*(?:notes?|passages?|texts?|materials?)|",
            r"[^,.;]{1,60} (?:is|are) not (?:explicitly |directly )?(?:mentioned|described|stated|covered|given|specified|discussed|explained|said)(?: anywhere)? ",
            r"(?:in|by) (?:the |your |these |my |provided )*(?:notes?|passages?|texts?|materials?|excerpts?|context))[!. ]*$",
        )),
    ]
});

impl Aside {
    /// What a sentence is, if it is one.
    pub(crate) fn of(sentence: &str) -> Option<Self> {
        let text = normalise(sentence).replace('’', "'");
        let text = text.trim();
        let is = |patterns: &[Regex; 2]| patterns.iter().any(|pattern| pattern.is_match(text));
        if is(&ABSENT) {
            return Some(Self::Absent);
        }
        is(&COURTESY).then_some(Self::Courtesy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn courtesies_are_known() {
        for text in [
            "好的！",
            "好的，我来回答你的问题！",
            "当然可以。",
            "下面我来为你详细解释：",
            "好的，我来为您介绍：",
            "我来回答这个问题。",
            "很高兴为你解答！",
            "希望对你有帮助！",
            "希望这些信息能帮到你。",
            "如果还有问题，欢迎继续问我。",
            "如果您有其他疑问，请随时告诉我！",
            "欢迎随时提问。",
            "Sure!",
            "Great question.",
            "I hope this helps!",
            "Let me know if you have any other questions.",
            "If you have more questions, feel free to ask!",
            "Let’s break it down.",
        ] {
            assert_eq!(Aside::of(text), Some(Aside::Courtesy), "{text}");
        }
    }

    #[test]
    fn that_the_notes_do_not_say_it_is_known() {
        for text in [
            "笔记里没有。",
            "笔记里没有提到这个问题的答案。",
            "笔记里没有说明它的成本。",
            "关于 QLoRA 的缺点，笔记中没有提到。",
            "不过，提供的段落中并没有直接说明价格。",
            "QLoRA 的价格，笔记里没有提到。",
            "提供的材料中没有说明收入来源。",
            "我无法从笔记中得知答案。",
            "The provided materials do not say what it costs.",
            "The notes do not say.",
            "The notes do not say what it costs.",
            "However, your notes don't mention the price of QLoRA.",
            "As for QLoRA, the passages do not describe it.",
            "There is no information about Paris in the provided notes.",
            "The capital of France is not mentioned in your notes.",
            "I couldn’t find an answer in the passages.",
        ] {
            assert_eq!(Aside::of(text), Some(Aside::Absent), "{text}");
        }
    }

    #[test]
    fn what_says_something_is_compared() {
        for text in [
            "好的茶叶要密封保存。",
            "当然要用八十度的水。",
            "如果水温太高，茶汤会发苦。",
            "希望在三年内还清 20 万元贷款。",
            "笔记里没有提到成本，但它需要 48 GB 显存。",
            "笔记里说它没有缺点。",
            "LoRA 没有增加推理延迟。",
            "原文没有改动。",
            "资料没有到齐。",
            "我来负责预算。",
            "Sure, the rent is 1,240 euros.",
            "The notes do not say what it costs, but it needs 48 GB.",
            "The text does not fit into memory.",
            "Redis is not used in production.",
            "If you have questions, ask Carol in room 2.11.",
            "The contract does not mention pets.",
            "Okay for children under 6.",
            "如果锅炉有问题就打电话说明房号。",
            "如果需要退款，客服说要等一周。",
            "如果水管有问题，房东说他会修。",
            "将向大家说明预算削减的原因。",
            "我会介绍新同事。",
            "希望孩子能得到老师的帮助。",
            "很高兴收到录取通知。",
            "If you need help, ask the landlord.",
            "If you need more details, ask your doctor.",
            "合同内容没有提到宠物。",
            "他提交的材料没有说明收入来源。",
            "她的笔记没有写完。",
            "笔记没有写完。",
            "These materials do not contain asbestos.",
            "Materials do not include batteries.",
        ] {
            assert_eq!(Aside::of(text), None, "{text}");
        }
    }
}
