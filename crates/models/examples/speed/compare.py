"""The speed of our generator beside llama.cpp's, on files of the Qwen3-0.6B shape with random weights, with a short and a long prompt, in turns, so that
whatever else the machine does disturbs both alike. Writes tables of medians and ratios.

    python3 -m venv /tmp/speed && /tmp/speed/bin/pip install numpy==2.* gguf==0.19.* llama-cpp-python==0.3.36
    cargo build --release --workspace --example speed
    /tmp/speed/bin/python crates/models/examples/speed/compare.py FOLDER [ROUNDS]

FOLDER keeps the files (2.2 GB). A file of a real model is measured too if it lies there. PROMPTS are the lengths of the prompts, THREADS those of both,
OURS our program where it is another build.
"""

import ctypes
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import gguf
import llama_cpp
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[4]
NEW = 32
# Tokens that are also written with guesses of which a known share is right.
GUESSED = 128


def make(path):
    """The shape of Qwen3-0.6B in 16 bits."""
    width, layers, heads, keys, size, feed, vocabulary = 1024, 28, 16, 8, 128, 3072, 151936
    rng = np.random.default_rng(0)
    writer = gguf.GGUFWriter(path, "qwen3")
    writer.add_context_length(40960)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(feed)
    writer.add_head_count(heads)
    writer.add_head_count_kv(keys)
    writer.add_key_length(size)
    writer.add_value_length(size)
    writer.add_rope_freq_base(1e6)
    writer.add_layer_norm_rms_eps(1e-6)
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = [chr(b) for b in visible] + [chr(256 + n) for n in range(256 - len(visible))]
    # Pairs of letters, so that the tokenizer has something to put together.
    pairs = [a + b for a in letters for b in letters][: vocabulary - 256 - 2]
    tokens = letters + pairs
    tokens += [f"[unused{n}]" for n in range(vocabulary - 2 - len(tokens))] + ["<|im_start|>", "<|im_end|>"]
    kinds = [gguf.TokenType.NORMAL] * (256 + len(pairs)) + [gguf.TokenType.UNUSED] * (vocabulary - 258 - len(pairs)) + [gguf.TokenType.CONTROL] * 2
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges([f"{pair[0]} {pair[1]}" for pair in pairs])
    writer.add_eos_token_id(vocabulary - 1)
    writer.add_bos_token_id(vocabulary - 2)
    writer.add_add_bos_token(False)
    writer.add_chat_template(
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n"
    )

    def matrix(name, rows, columns, scale):
        numbers = rng.standard_normal((rows, columns), dtype=np.float32) * np.float32(scale)
        writer.add_tensor(name, numbers.astype(np.float16))

    def vector(name, count):
        writer.add_tensor(name, (1 + 0.1 * rng.standard_normal(count)).astype(np.float32))

    matrix("token_embd.weight", vocabulary, width, 0.05)
    vector("output_norm.weight", width)
    for at in range(layers):
        block = f"blk.{at}."
        vector(block + "attn_norm.weight", width)
        vector(block + "ffn_norm.weight", width)
        vector(block + "attn_q_norm.weight", size)
        vector(block + "attn_k_norm.weight", size)
        matrix(block + "attn_q.weight", heads * size, width, width**-0.5)
        matrix(block + "attn_k.weight", keys * size, width, width**-0.5)
        matrix(block + "attn_v.weight", keys * size, width, width**-0.5)
        matrix(block + "attn_output.weight", width, heads * size, (heads * size) ** -0.5)
        matrix(block + "ffn_gate.weight", feed, width, width**-0.5)
        matrix(block + "ffn_up.weight", feed, width, width**-0.5)
        matrix(block + "ffn_down.weight", width, feed, feed**-0.5)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def quantise(source, target, kind):
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = kind
    parameters.nthread = 2
    failed = llama_cpp.llama_model_quantize(str(source).encode(), str(target).encode(), ctypes.byref(parameters))
    assert not failed, target


THEIRS = r"""
import json, os, sys, time
import llama_cpp
began = time.perf_counter()
llama = llama_cpp.Llama(sys.argv[1], n_ctx=int(sys.argv[2]) + int(sys.argv[3]) + 64, n_batch=512, n_threads=THREADS, n_threads_batch=THREADS, verbose=False)
load = time.perf_counter() - began
size = llama.n_vocab()
prompt, new = int(sys.argv[2]), int(sys.argv[3])
tokens = [at * 7919 % (size // 2) for at in range(prompt)]
began = time.perf_counter(); llama.eval(tokens); first = time.perf_counter() - began
llama.reset(); llama._ctx.kv_cache_clear()
began = time.perf_counter(); llama.eval(tokens); read = time.perf_counter() - began
began = time.perf_counter()
token = 1
for _ in range(new):
    llama.eval([token])
    token = (token * 31 + 7) % (size // 2)
write = time.perf_counter() - began
# The same conversation with a new question of 32 tokens at its end: what is remembered of it is used again.
llama.n_tokens = prompt - 32
began = time.perf_counter(); llama.eval(tokens[-32:]); again = time.perf_counter() - began
peak = next(int(l.split()[1]) // 1000 for l in open("/proc/self/status") if l.startswith("VmHWM"))
print(json.dumps({"load_s": load, "first_read_s": first, "read_tokens_per_s": prompt / read, "write_tokens_per_s": new / write,
                  "first_token_s": read, "first_token_of_follow_up_s": again, "peak_mb": peak}))
"""


def run(command, **more):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout.strip().splitlines()[-1])


def main():
    folder = pathlib.Path(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    folder.mkdir(parents=True, exist_ok=True)
    whole = folder / "qwen3-0.6b-shape-f16.gguf"
    for name, kind in [("q4_k_m", 15), ("q8_0", 7)]:
        target = folder / f"qwen3-0.6b-shape-{name}.gguf"
        if not target.exists():
            if not whole.exists():
                make(whole)
            quantise(whole, target, kind)
    threads = int(os.environ.get("THREADS", os.cpu_count()))
    prompts = [int(n) for n in os.environ.get("PROMPTS", "512,2048").split(",")]
    ours = os.environ.get("OURS", str(ROOT / "target/release/examples/speed"))
    files = sorted(path for path in folder.glob("*.gguf") if path != whole)
    for file, prompt in [(file, prompt) for file in files for prompt in prompts]:
        rows = {"ours": [], "llama.cpp": []}
        for _ in range(rounds):
            environment = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
            rows["ours"].append(run([ours, str(file), "--prompt", str(prompt), "--new", str(NEW), "--guessed", str(GUESSED)], env=environment))
            code = THEIRS.replace("THREADS", str(threads))
            rows["llama.cpp"].append(run([sys.executable, "-c", code, str(file), str(prompt), str(NEW)]))
            time.sleep(1)
        print(f"\n{file.name}, {prompt} tokens before, {threads} threads, {rounds} rounds in turn, medians", flush=True)
        middle = lambda who, key: statistics.median(row[key] for row in rows[who]) if key in rows[who][0] else None
        for key in rows["ours"][0]:
            mine, other = middle("ours", key), middle("llama.cpp", key)
            each = [a[key] / b[key] for a, b in zip(rows["ours"], rows["llama.cpp"], strict=True)] if other else []
            ratio = f"{statistics.median(each):8.2f} ({min(each):.2f} to {max(each):.2f})" if each else ""
            print(f"{key:40} {mine:10.2f} {other if other is None else round(other, 2)!s:>10} {ratio}")


if __name__ == "__main__":
    main()
