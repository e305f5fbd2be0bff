// Keys are ASCII: each byte is one character. Node's Buffer has a fast path for such text.

type Slice = (this: Uint8Array, start: number, end: number) => string

// An undocumented method of every Node release. Other runtimes take the path below.
const { latin1Slice } = (globalThis.Buffer?.prototype ?? {}) as unknown as { readonly latin1Slice?: Slice }

/** The text of bytes [start, end), one character for each. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  if (latin1Slice) return latin1Slice.call(bytes, start, end)
  // `apply` takes any array-like
  return String.fromCharCode.apply(null, bytes.subarray(start, end) as unknown as number[])
}
