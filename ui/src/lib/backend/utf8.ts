// Offsets from the engine are bytes of UTF-8; JavaScript counts UTF-16 units. It must not know what the text is.

/** Bytes that a code point takes in UTF-8. */
function bytes(point: number): number {
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
}

/** The index in `text` of a byte offset; an offset inside a character gives the index of that character. */
export function indexOf(text: string, offset: number): number {
  let at = 0;
  for (let index = 0; index < text.length;) {
    const point = text.codePointAt(index) ?? 0;
    at += bytes(point);
    if (at > offset) return index;
    index += point > 0xffff ? 2 : 1;
  }
  return text.length;
}

/** How many bytes a text takes in UTF-8. */
export function byteLength(text: string): number {
  let length = 0;
  for (const character of text) length += bytes(character.codePointAt(0) ?? 0);
  return length;
}
