// Small LaTeX formulas as plain text, for places where only text can stand: `$W_0 \times n^2$` is W₀ × n². Pure.

const SYMBOLS: Record<string, string> = {
  times: '×', cdot: '·', div: '÷', pm: '±', le: '≤', leq: '≤', ge: '≥', geq: '≥', ne: '≠', neq: '≠', approx: '≈', sim: '∼', equiv: '≡', propto: '∝',
  to: '→', rightarrow: '→', leftarrow: '←', Rightarrow: '⇒', in: '∈', notin: '∉', subset: '⊂', cup: '∪', cap: '∩', infty: '∞', partial: '∂', nabla: '∇',
  sum: '∑', prod: '∏', int: '∫', odot: '⊙', otimes: '⊗', oplus: '⊕', top: '⊤', mid: '|', ldots: '…', cdots: '⋯', dots: '…', ell: 'ℓ', forall: '∀', exists: '∃',
  alpha: 'α', beta: 'β', gamma: 'γ', delta: 'δ', epsilon: 'ε', varepsilon: 'ε', eta: 'η', theta: 'θ', kappa: 'κ', lambda: 'λ', mu: 'μ', nu: 'ν', pi: 'π', rho: 'ρ',
  sigma: 'σ', tau: 'τ', phi: 'φ', varphi: 'φ', chi: 'χ', psi: 'ψ', omega: 'ω', Delta: 'Δ', Gamma: 'Γ', Theta: 'Θ', Lambda: 'Λ', Sigma: 'Σ', Phi: 'Φ', Psi: 'Ψ', Omega: 'Ω',
  quad: ' ', qquad: ' ', ',': ' ', ';': ' ', ':': ' ', '!': '', ' ': ' ', '%': '%', _: '_', '#': '#', '{': '{', '}': '}', '|': '‖',
  left: '', right: '', big: '', Big: '', log: 'log', ln: 'ln', exp: 'exp', max: 'max', min: 'min', arg: 'arg', sin: 'sin', cos: 'cos', tanh: 'tanh', softmax: 'softmax', lim: 'lim', Pr: 'Pr',
}; // prettier-ignore

/** Commands whose argument is simply what is shown. */
const WRAPS = new Set([
  'text',
  'mathrm',
  'mathbf',
  'mathit',
  'mathbb',
  'mathcal',
  'mathsf',
  'operatorname',
  'boldsymbol',
  'bm',
  'textbf',
]);

const HIGH: Record<string, string> = {
  0: '⁰',
  1: '¹',
  2: '²',
  3: '³',
  4: '⁴',
  5: '⁵',
  6: '⁶',
  7: '⁷',
  8: '⁸',
  9: '⁹',
  '+': '⁺',
  '-': '⁻',
  '−': '⁻',
  '(': '⁽',
  ')': '⁾',
  n: 'ⁿ',
  i: 'ⁱ',
  T: 'ᵀ',
  '⊤': 'ᵀ',
};
const LOW: Record<string, string> = {
  0: '₀',
  1: '₁',
  2: '₂',
  3: '₃',
  4: '₄',
  5: '₅',
  6: '₆',
  7: '₇',
  8: '₈',
  9: '₉',
  '+': '₊',
  '-': '₋',
  a: 'ₐ',
  e: 'ₑ',
  h: 'ₕ',
  i: 'ᵢ',
  j: 'ⱼ',
  k: 'ₖ',
  l: 'ₗ',
  m: 'ₘ',
  n: 'ₙ',
  o: 'ₒ',
  p: 'ₚ',
  r: 'ᵣ',
  s: 'ₛ',
  t: 'ₜ',
  u: 'ᵤ',
  v: 'ᵥ',
  x: 'ₓ',
};

/** A formula between its dollars; a dollar before a digit is money. */
export const FORMULA = String.raw`\$\$?(?<formula>[^$\s](?:[^$\n]*[^$\s])?)\$\$?(?!\d)`;

/** A text whose formulas are text, as far as they can be. */
export function formulasAsText(text: string): string {
  return text.replace(new RegExp(FORMULA, 'g'), (whole: string, formula: string) => formulaText(formula) ?? whole);
}

/** A formula's source (without its dollars) as text, or null where text cannot say it. */
export function formulaText(source: string): string | null {
  const reader = new Reader(source.trim());
  const text = reader.sequence(false);
  return text === null || !reader.ended ? null : text.replace(/ {2,}/g, ' ').trim();
}

class Reader {
  private at = 0;
  constructor(private readonly source: string) {}

  get ended(): boolean {
    return this.at >= this.source.length;
  }

  /** What stands up to the end, or up to the brace that closes the group. */
  sequence(group: boolean): string | null {
    let out = '';
    while (!this.ended) {
      if (this.source[this.at] === '}') {
        if (!group) return null;
        this.at += 1;
        return out;
      }
      const next = this.one();
      if (next === null) return null;
      out += next;
    }
    return group ? null : out;
  }

  private one(): string | null {
    const character = String.fromCodePoint(this.source.codePointAt(this.at) ?? 0);
    this.at += character.length;
    if (character === '{') return this.sequence(true);
    if (character === '^' || character === '_') return this.raised(character);
    if (character === '\\') return this.command();
    if (character === '&' || character === '~') return character === '~' ? ' ' : null;
    return character === '\n' ? ' ' : character;
  }

  private argument(): string | null {
    while (this.source[this.at] === ' ') this.at += 1;
    return this.ended ? null : this.one();
  }

  private raised(by: string): string | null {
    const inner = this.argument();
    if (inner === null) return null;
    const small = [...inner].map((character) => (by === '^' ? HIGH : LOW)[character]);
    if (small.every((character) => character !== undefined)) return small.join('');
    return [...inner].length === 1 || /^[\p{L}\p{N}]+$/u.test(inner) ? `${by}${inner}` : `${by}(${inner})`;
  }

  private command(): string | null {
    const name = /^(?:[A-Za-z]+|.)/u.exec(this.source.slice(this.at))?.[0];
    if (name === undefined) return null;
    this.at += name.length;
    if (WRAPS.has(name)) return this.argument();
    if (name === 'sqrt') {
      const inner = this.argument();
      return inner === null ? null : `√${[...inner].length > 1 ? `(${inner})` : inner}`;
    }
    if (name === 'frac') {
      const [over, under] = [this.argument(), this.argument()];
      if (over === null || under === null) return null;
      const part = (text: string): string => (/[\s+\-−·×/]/.test(text) ? `(${text})` : text);
      return `${part(over)}/${part(under)} `;
    }
    const symbol = SYMBOLS[name];
    if (symbol === undefined) return null;
    // A space ends the name of a command and is not shown; relations and products have theirs around them.
    if (/[A-Za-z]$/.test(name) && this.source[this.at] === ' ') this.at += 1;
    return /^[×≤≥≠≈∼≡∝→←⇒∈∉⊂∪∩]$/.test(symbol) ? ` ${symbol} ` : symbol;
  }
}
