import { XrpcError } from '@atoll/xrpc'
import type { RouterRequest } from '@atoll/xrpc-server'

const maxBytes = 32 * 1024

/**
 * The fields of a form. Refuses with `PayloadTooLarge` one of more than 32 KiB, and with
 * `UnsupportedMediaType` what is no form of a browser.
 */
export async function readForm({ headers, body, read }: RouterRequest): Promise<URLSearchParams> {
  const type = headers.get('content-type') ?? ''
  const coding = headers.get('content-encoding') ?? 'identity'
  if (!/^application\/x-www-form-urlencoded(;|$)/i.test(type) || coding !== 'identity') {
    throw new XrpcError('UnsupportedMediaType', 'a form must be application/x-www-form-urlencoded')
  }
  if (!body) return new URLSearchParams()
  if (read) return fieldsOf([await read(maxBytes)])
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBytes) throw new XrpcError('PayloadTooLarge', `a form may have ${maxBytes} bytes`)
    chunks.push(chunk.slice())
    body.release?.(chunk)
  }
  return fieldsOf(chunks)
}

function fieldsOf(chunks: readonly Uint8Array[]): URLSearchParams {
  return new URLSearchParams(Buffer.concat(chunks).toString())
}
