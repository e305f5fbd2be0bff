const beyondLatin1 = /[\u0100-\uffff]/

/**
 * The memory of a text: a byte for each character up to U+00FF, two for each as soon as there is
 * another.
 */
export function bytesOfText(text: string): number {
  return beyondLatin1.test(text) ? 2 * text.length : text.length
}
