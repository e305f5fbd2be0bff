import { freePort } from '@atoll/devnet'
import { openPlcLog, type PlcServer, servePlc } from '@atoll/plc-directory/node'
import { AppBskyFeedPost, AtpAgent, RichText } from '@atproto/api'
import { IdResolver } from '@atproto/identity'
import { verifyRepoCar } from '@atproto/repo'
import { type Event, Firehose, MemoryRunner } from '@atproto/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { picture } from './picture.ts'
import { programs, ServerProcess, temporaryFolder } from './server-process.ts'

// One story, told in order: existing clients use a production server, which is stopped and killed
// on the way.

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let plc: PlcServer
let server: ServerProcess
let identities: IdResolver
let alice: AtpAgent
let bob: AtpAgent
let posts: { uri: string; cid: string }[]

beforeAll(async () => {
  folder = await temporaryFolder()
  plc = await servePlc({ store: await openPlcLog(`${folder.path}/plc.jsonl`) })
  identities = new IdResolver({ plcUrl: plc.url, fetch: globalThis.fetch })
  const port = await freePort()
  const env = {
    PDS_PORT: String(port),
    PDS_HOSTNAME: 'localhost',
    PDS_DATA_DIRECTORY: folder.path,
    PDS_BLOBSTORE_DISK_LOCATION: `${folder.path}/blobs`,
    PDS_DID_PLC_URL: plc.url,
    PDS_INVITE_REQUIRED: 'false',
    PDS_JWT_SECRET: 'secret of the end-to-end tests',
    PDS_ADMIN_PASSWORD: 'password of the end-to-end tests',
    PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '42'.repeat(32),
  }
  server = new ServerProcess(programs.pds, env, `http://localhost:${port}`)
  await server.start()
  alice = new AtpAgent({ service: server.url })
  bob = new AtpAgent({ service: server.url })
})

afterAll(async () => {
  await server.stop()
  await plc.close()
  await folder.remove()
})

/** Follows the firehose with signatures and proofs verified, from the first event on. */
function followFirehose() {
  const events: Event[] = []
  const errors: Error[] = []
  const runner = new MemoryRunner({ startCursor: 0 })
  const firehose = new Firehose({
    service: server.url.replace('http', 'ws'),
    idResolver: identities,
    runner,
    handleEvent: (event) => void events.push(event),
    onError: (error) => void errors.push(error),
    subscriptionReconnectDelay: 50,
  })
  void firehose.start()
  const until = async (reached: () => boolean) => {
    while (!reached()) await new Promise((resolve) => setTimeout(resolve, 10))
    await runner.processAll()
  }
  return { events, errors, until, stop: () => firehose.destroy() }
}

describe('existing clients', () => {
  it('create two accounts', async () => {
    await alice.createAccount({ handle: 'alice.test', email: 'alice@example.com', password: 'alice-password' })
    await bob.createAccount({ handle: 'bob.test', email: 'bob@example.com', password: 'bob-password' })
    expect((await alice.resolveHandle({ handle: 'bob.test' })).data.did).toBe(bob.assertDid)
    expect((await identities.did.resolveAtprotoData(alice.assertDid)).pds).toBe(
      `http://localhost:${new URL(server.url).port}`,
    )
  })

  it('post with facets and an image, edit a profile, delete, and page', async () => {
    const text = new RichText({ text: 'Hello @bob.test, look: https://example.com' })
    await text.detectFacets(alice)
    expect(text.facets).toHaveLength(2)
    const image = picture(64, 48, [42, 157, 143])
    const upload = await alice.uploadBlob(image, { encoding: 'image/png' })
    expect(upload.data.blob).toMatchObject({ mimeType: 'image/png', size: image.length })
    const embed = {
      $type: 'app.bsky.embed.images',
      images: [{ image: upload.data.blob, alt: 'a green area', aspectRatio: { width: 64, height: 48 } }],
    }
    posts = [await alice.post({ text: text.text, facets: text.facets, embed, langs: ['en'] })]
    for (let index = 1; index <= 24; index++) posts.push(await alice.post({ text: `post ${index}` }))

    await alice.upsertProfile((existing) => ({ ...existing, displayName: 'Alice' }))
    await alice.upsertProfile((existing) => ({ ...existing, description: 'edited' }))
    const profile = await alice.com.atproto.repo.getRecord({
      repo: alice.assertDid,
      collection: 'app.bsky.actor.profile',
      rkey: 'self',
    })
    expect(profile.data.value).toMatchObject({ displayName: 'Alice', description: 'edited' })

    await bob.like(posts[0]!.uri, posts[0]!.cid)
    await bob.follow(alice.assertDid)
    await alice.deletePost(posts.pop()!.uri)

    const uris: string[] = []
    let cursor: string | undefined
    do {
      const { data } = await alice.com.atproto.repo.listRecords({
        repo: 'alice.test',
        collection: 'app.bsky.feed.post',
        limit: 10,
        cursor,
      })
      uris.push(...data.records.map(({ uri }) => uri))
      cursor = data.records.length > 0 ? data.cursor : undefined
    } while (cursor !== undefined)
    expect(uris).toEqual(posts.map(({ uri }) => uri).reverse())

    const [record] = (
      await alice.com.atproto.repo.listRecords({
        repo: alice.assertDid,
        collection: 'app.bsky.feed.post',
        limit: 1,
        reverse: true,
      })
    ).data.records
    expect(AppBskyFeedPost.validateRecord(record?.value).success).toBe(true)
    const blob = await alice.com.atproto.sync.getBlob({ did: alice.assertDid, cid: upload.data.blob.ref.toString() })
    expect(Buffer.compare(blob.data, image)).toBe(0)
    expect(blob.headers['content-type']).toBe('image/png')
  })

  it('verify the exported repository with the key of the DID document', async () => {
    const { signingKey } = await identities.did.resolveAtprotoData(alice.assertDid)
    const { data } = await alice.com.atproto.sync.getRepo({ did: alice.assertDid })
    const verified = await verifyRepoCar(data, alice.assertDid, signingKey)
    const paths = verified.creates.map(({ collection, rkey }) => `at://${alice.assertDid}/${collection}/${rkey}`)
    expect(paths.filter((uri) => uri.includes('app.bsky.feed.post'))).toEqual(posts.map(({ uri }) => uri))
    const { data: latest } = await alice.com.atproto.sync.getLatestCommit({ did: alice.assertDid })
    expect(verified.commit.cid.toString()).toBe(latest.cid)
  })

  it('follow the firehose with verification, and see each event once even if the server restarts', async () => {
    const follower = followFirehose()
    const commitsOf = (did: string) =>
      follower.events.filter((event) => event.did === did && ['create', 'update', 'delete'].includes(event.event))
    await follower.until(() => commitsOf(alice.assertDid).length >= 28)

    expect(await server.stop('SIGTERM')).toBe(0)
    await server.start()
    for (let index = 0; index < 5; index++) await alice.post({ text: `after the restart ${index}` })
    await server.stop('SIGKILL')
    await server.start()
    await bob.post({ text: 'after the kill' })
    await follower.until(() =>
      follower.events.some((event) => event.event === 'create' && event.record?.['text'] === 'after the kill'),
    )

    const seqs = follower.events.map(({ seq }) => seq)
    // Alice: 25 posts, 2 profile writes, 1 delete, 5 posts; Bob: a like, a follow, a post.
    expect(commitsOf(alice.assertDid)).toHaveLength(33)
    expect(commitsOf(bob.assertDid)).toHaveLength(3)
    // The client works on several accounts at once: order is kept within each.
    for (const events of Map.groupBy(follower.events, ({ did }) => did).values()) {
      const own = events.map(({ seq }) => seq)
      expect(own).toEqual([...own].sort((x, y) => x - y))
    }
    expect(new Set(seqs).size).toBe(seqs.length)
    expect(follower.events.filter(({ event }) => event === 'identity')).toHaveLength(2)
    expect(follower.events.filter(({ event }) => event === 'account')).toHaveLength(2)
    expect(follower.events.filter(({ event }) => event === 'sync')).toHaveLength(2)
    expect(follower.errors.filter((error) => error.name !== 'FirehoseSubscriptionError')).toEqual([])
    await follower.stop()
  })

  it('keep their sessions over a restart, and refresh them', async () => {
    await alice.sessionManager.refreshSession()
    expect((await alice.com.atproto.server.getSession()).data.handle).toBe('alice.test')
    await alice.logout()
    expect(alice.hasSession).toBe(false)
  })
})
