import { fileTypeFromBuffer } from 'file-type'

/** The type of a blob: what its first bytes show, else what the client says, else unknown bytes. */
export async function contentType(head: Uint8Array, declared: string): Promise<string> {
  const sniffed = await fileTypeFromBuffer(head)
  return sniffed?.mime ?? (declared === '' || declared === '*/*' ? 'application/octet-stream' : declared)
}
