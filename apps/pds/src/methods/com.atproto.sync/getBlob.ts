import type { getBlob as method } from '@atoll/lexicons/com.atproto.sync'
import type { Handler } from '@atoll/xrpc-server'
import type { Blobs } from '../../blobs/blobs.ts'
import { maySeeInactive, type Reader } from '../../callers.ts'
import { requestedCid } from '../../repos/cid-text.ts'
import type { Repos } from '../../repos/repos.ts'

interface Deps {
  repos: Pick<Repos, 'reader'>
  blobs: Pick<Blobs, 'read'>
}

export function getBlob({ repos, blobs }: Deps): Handler<typeof method, Reader> {
  return async ({ params, credentials }) => {
    const { did } = await repos.reader.syncable(params.did, credentials)
    const { bytes, size, mimeType } = await blobs.read(did, requestedCid(params.cid), {
      takendown: maySeeInactive(credentials, did),
    })
    return {
      encoding: mimeType,
      body: bytes,
      headers: {
        'content-length': String(size),
        // Somebody else's bytes under this origin: a browser must not run them.
        'content-security-policy': "default-src 'none'; sandbox",
        'content-disposition': `attachment; filename="${params.cid}"`,
        'x-content-type-options': 'nosniff',
      },
    }
  }
}
