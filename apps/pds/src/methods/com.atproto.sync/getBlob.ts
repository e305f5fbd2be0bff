import type { getBlob as method } from '@atoll/lexicons/com.atproto.sync'
import { type Handler, isUnchanged, requestedPart } from '@atoll/xrpc-server'
import type { Blobs } from '../../blobs/blobs.ts'
import { maySeeInactive, type Reader } from '../../callers.ts'
import { requestedCid } from '../../repos/cid-text.ts'
import type { Repos } from '../../repos/repos.ts'

interface Deps {
  repos: Pick<Repos, 'reader'>
  blobs: Pick<Blobs, 'find' | 'open'>
}

export function getBlob({ repos, blobs }: Deps): Handler<typeof method, Reader> {
  return async ({ params, credentials, request }) => {
    const { did } = await repos.reader.syncable(params.did, credentials)
    const cid = requestedCid(params.cid)
    const etag = `"${cid}"`
    const blob = await blobs.find(did, cid, { takendown: maySeeInactive(credentials, did) })
    const { size, mimeType } = blob
    if (isUnchanged(request, etag)) return { status: 304, encoding: mimeType, body: '', headers: { etag } }
    const part = requestedPart(request, { size, etag })
    const { bytes } = await blobs.open(did, blob, part)
    const range = part && { 'content-range': `bytes ${part.start}-${part.end}/${size}` }
    return {
      status: part ? 206 : 200,
      encoding: mimeType,
      body: bytes,
      headers: {
        'content-length': String(part ? part.end + 1 - part.start : size),
        'accept-ranges': 'bytes',
        etag,
        ...range,
        // Somebody else's bytes under this origin: a browser must not run them.
        'content-security-policy': "default-src 'none'; sandbox",
        'content-disposition': `attachment; filename="${params.cid}"`,
        'x-content-type-options': 'nosniff',
      },
    }
  }
}
