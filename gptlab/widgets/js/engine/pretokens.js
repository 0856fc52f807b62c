// Where a tokenizer cuts text before any merge, as bytelevel.py and published.py say it.
// Python writes \s, possessive repeats and (?i:…); here \s is White_Space (JavaScript's own holds
// U+FEFF and lacks U+0085), and the two cases of a letter stand side by side (ſ is an s for both).
// No repeat needs to be possessive: what follows one can never match what it gave back.
const GPT2 =
  /'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+$|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}/gu;

const CL100K =
  /'(?:[sSſdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\p{White_Space}\p{L}\p{N}]+[\r\n]*|\p{White_Space}+$|\p{White_Space}*[\r\n]|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}/gu;

const O200K = (() => {
  const before = "[^\\r\\n\\p{L}\\p{N}]?";
  const upper = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  const lower = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
  const ending = "(?:'(?:[sSſtTmMdD]|[rR][eE]|[vV][eE]|[lL][lL]))?";
  const space = "\\p{White_Space}";
  const ways = [
    `${before}${upper}*${lower}+${ending}`,
    `${before}${upper}+${lower}*${ending}`,
    "\\p{N}{1,3}",
    ` ?[^${space}\\p{L}\\p{N}]+[\\r\\n/]*`,
    `${space}*[\\r\\n]+`,
    `${space}+(?!\\P{White_Space})`,
    `${space}+`,
  ];
  return new RegExp(ways.join("|"), "gu");
})();

const PATTERNS = new Map([["gpt2", GPT2], ["cl100k", CL100K], ["o200k", O200K]]);

/**
 * Cut a text where no merge may cross.
 * @param {string} pattern `gpt2`, `cl100k` or `o200k`
 * @param {string} text without lone surrogates
 * @returns {string[]}
 */
export function cut(pattern, text) {
  return text.match(PATTERNS.get(pattern)) ?? [];
}
