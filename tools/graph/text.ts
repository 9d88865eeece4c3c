/**
 * The width of a text in pixels, as sans-serif fonts set it: an upper estimate, because who draws the
 * picture may have another font than anybody who could measure it here.
 */
export function textWidth(text: string, size: number, bold = false): number {
  const ems = [...text].reduce((sum, character) => sum + emsOf(character), 0);
  return ems * size * (bold ? 1.06 : 1);
}

function emsOf(character: string): number {
  if (/[ijlI.,:;'|!]/.test(character)) return 0.32;
  if (/[frt()[\]{}/\- ]/.test(character)) return 0.4;
  if (/[mwMW@%]/.test(character)) return 0.92;
  return /[A-Z]/.test(character) ? 0.72 : 0.61;
}
