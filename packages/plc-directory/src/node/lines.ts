import type { FileHandle } from 'node:fs/promises'

export interface Line {
  text: string
  /** Whether it ends with a line break. Only the last line may not. */
  complete: boolean
  /** The position after it. */
  end: number
}

const lineBreak = 0x0a

/** The lines of a file with their positions in bytes. */
export async function* readLines(file: FileHandle): AsyncIterable<Line> {
  let begun: Buffer[] = []
  let position = 0
  for await (const chunk of file.createReadStream({ start: 0, autoClose: false }) as AsyncIterable<Buffer>) {
    let from = 0
    for (let at = chunk.indexOf(lineBreak); at >= 0; at = chunk.indexOf(lineBreak, from)) {
      begun.push(chunk.subarray(from, at))
      from = at + 1
      yield { text: Buffer.concat(begun).toString(), complete: true, end: position + from }
      begun = []
    }
    if (from < chunk.length) begun.push(chunk.subarray(from))
    position += chunk.length
  }
  if (begun.length > 0) yield { text: Buffer.concat(begun).toString(), complete: false, end: position }
}
