import { fileTypeFromBuffer } from 'file-type'

/** A type and a subtype, each a token of RFC 9110; ranges such as `image/*` name no type. */
const form = /^[\w!#$%&'+.^`|~-]{1,127}\/[\w!#$%&'+.^`|~-]{1,127}$/

/** The type of a blob: what its first bytes show, else what the client says, else unknown bytes. */
export async function contentType(head: Uint8Array, declared: string): Promise<string> {
  const sniffed = await fileTypeFromBuffer(head)
  return sniffed?.mime ?? (form.test(declared) ? declared : 'application/octet-stream')
}
