import { randomBytes } from 'node:crypto'
import { headerLines } from '../load/request.ts'
import { type Phase, runTimed, sampleOf } from '../measure.ts'
import { pick } from '../records.ts'
import { query } from '../target.ts'

const concurrency = 4
const blobBytes = 1_000_000
const readable = 40

interface Uploaded {
  blob: { ref: { $link: string } }
}

export const blobsPhase: Phase = {
  letter: 'f',
  title: 'blobs of 1 MB',
  async open(target, settings) {
    const account = await target.newAccount()
    const headers = headerLines(account.token, 'application/octet-stream')
    const base = randomBytes(blobBytes)
    const uploaded: Uploaded['blob'][] = []
    let referenced: string[] = []

    /** A blob can be read once a record refers to it. */
    const refer = async () => {
      const collection = 'com.example.bench.file'
      const blobs = uploaded.slice(0, readable)
      for (const file of blobs) {
        const record = { $type: collection, file, createdAt: new Date().toISOString() }
        await target.call('com.atproto.repo.createRecord', { repo: account.did, collection, record }, account.token)
      }
      referenced = blobs.map(({ ref }) => ref.$link)
      return []
    }

    return {
      measures: [
        {
          id: 'f.uploadBlob.1MB.c4',
          title: `uploadBlob of 1 MB, concurrency ${concurrency}`,
          unit: 'req/s',
          async run(round) {
            const result = await runTimed(target, settings, round, {
              concurrency,
              next() {
                const body = Buffer.from(base)
                randomBytes(32).copy(body, 64)
                return { method: 'POST', path: '/xrpc/com.atproto.repo.uploadBlob', headers, body }
              },
              accept: ({ body }) => body.includes('"ref"'),
              onAnswer: ({ body }) => void uploaded.push((JSON.parse(body.toString()) as Uploaded).blob),
            })
            return sampleOf(result)
          },
        },
        {
          id: 'f.getBlob.1MB.c4',
          title: `getBlob of 1 MB, concurrency ${concurrency}`,
          unit: 'req/s',
          prepare: refer,
          async run(round) {
            const result = await runTimed(target, settings, round, {
              concurrency,
              next: () => query('com.atproto.sync.getBlob', { did: account.did, cid: pick(referenced) }),
              accept: ({ bytes }) => bytes === blobBytes,
              dropBodies: true,
            })
            return sampleOf(result)
          },
        },
      ],
    }
  },
}
