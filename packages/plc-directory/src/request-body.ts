import { Refusal } from './refusal.ts'

const maxBytes = 100_000

/** The body of a request as JSON, refused once it is longer than any operation could be. */
export async function readJson(request: Request): Promise<unknown> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  const reader = request.body?.getReader()
  for (;;) {
    const piece = await reader?.read()
    if (!piece?.value) return parse(text + decoder.decode())
    size += piece.value.length
    if (size > maxBytes) {
      await reader?.cancel()
      throw new Refusal(413, 'request entity too large')
    }
    text += decoder.decode(piece.value, { stream: true })
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal(400, 'Not valid JSON')
  }
}
