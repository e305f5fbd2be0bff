import { gzipSync } from 'node:zlib'
import { parseCid } from '@atoll/data-model'
import { formatDatetime } from '@atoll/syntax'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PdsUnderTest, type TestAccount } from './pds-under-test.ts'

let pds: PdsUnderTest
let alice: TestAccount

beforeEach(async () => {
  pds = await PdsUnderTest.start()
  alice = await pds.account('alice')
})
afterEach(() => pds.close())

describe('blobs', () => {
  const bytes = Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010806', 'hex')
  const upload = (content: Uint8Array, type: string, token = alice.accessJwt) =>
    pds.upload('com.atproto.repo.uploadBlob', content, type, { token })
  const attach = (blob: unknown, rkey: string) =>
    pds.post(
      'com.atproto.repo.putRecord',
      { repo: alice.did, collection: 'com.example.thing', rkey, record: { blob } } as never,
      { token: alice.accessJwt },
    )

  it('are told by their content before their declared type', async () => {
    const { body } = await upload(bytes, 'text/plain')
    expect(body.blob).toMatchObject({ $type: 'blob', mimeType: 'image/png', size: bytes.length })
    expect((await upload(Buffer.from('plain words'), 'text/plain')).body.blob.mimeType).toBe('text/plain')
  })

  it('sent packed are what comes out of the packing', async () => {
    const plain = await upload(Buffer.from('plain words'), 'text/plain')
    const packed = await pds.upload('com.atproto.repo.uploadBlob', gzipSync('plain words'), 'text/plain', {
      token: alice.accessJwt,
      headers: { 'content-encoding': 'gzip' },
    })
    expect(packed.body).toEqual(plain.body)
    const broken = await pds.upload('com.atproto.repo.uploadBlob', Buffer.from('plain words'), 'text/plain', {
      token: alice.accessJwt,
      headers: { 'content-encoding': 'gzip' },
    })
    expect({ status: broken.status, error: broken.body.error }).toEqual({ status: 400, error: 'InvalidRequest' })
  })

  it('survive the delete of one record and the create of another in one commit', async () => {
    const { body } = await upload(bytes, 'image/png')
    await attach(body.blob, 'one')
    const write = (kind: string, more: object) => ({
      $type: `com.atproto.repo.applyWrites#${kind}`,
      collection: 'com.example.thing',
      ...more,
    })
    const writes = [write('delete', { rkey: 'one' }), write('create', { rkey: 'two', value: { blob: body.blob } })]
    const { status } = await pds.post('com.atproto.repo.applyWrites', { repo: alice.did, writes } as never, {
      token: alice.accessJwt,
    })
    expect(status).toBe(200)
    await pds.pds.settled()
    const read = await pds.fetch(`/xrpc/com.atproto.sync.getBlob?did=${alice.did}&cid=${body.blob.ref}`)
    expect(Buffer.from(await read.arrayBuffer()).equals(bytes)).toBe(true)
  })

  it('are served once a record refers to them, and gone with the last reference', async () => {
    const { body } = await upload(bytes, 'image/png')
    const cid = body.blob.ref.toString()
    const read = () => pds.fetch(`/xrpc/com.atproto.sync.getBlob?did=${alice.did}&cid=${cid}`)
    expect((await read()).status).toBe(400)

    expect((await attach(body.blob, 'one')).status).toBe(200)
    const served = await read()
    expect(Buffer.from(await served.arrayBuffer()).equals(bytes)).toBe(true)
    expect(Object.fromEntries(served.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(bytes.length),
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private',
      vary: 'authorization',
      'content-disposition': expect.stringMatching(/^attachment/),
    })

    await pds.post(
      'com.atproto.repo.deleteRecord',
      { repo: alice.did, collection: 'com.example.thing', rkey: 'one' },
      { token: alice.accessJwt },
    )
    await pds.pds.settled()
    expect(((await (await read()).json()) as { error: string }).error).toBe('BlobNotFound')
    expect(await pds.adapters.blobStore.size(alice.did, parseCid(cid))).toBeUndefined()
  })

  it('are served in parts, and not again to who has them', async () => {
    const { body } = await upload(bytes, 'image/png')
    await attach(body.blob, 'one')
    const read = (headers: Record<string, string>, method = 'GET') =>
      pds.fetch(`/xrpc/com.atproto.sync.getBlob?did=${alice.did}&cid=${body.blob.ref}`, { method, headers })
    const etag = `"${body.blob.ref}"`

    const part = await read({ range: 'bytes=4-9', 'if-range': etag, 'accept-encoding': 'gzip' })
    expect(part.status).toBe(206)
    expect(Object.fromEntries(part.headers)).toMatchObject({
      'content-range': `bytes 4-9/${bytes.length}`,
      'content-length': '6',
      'content-type': 'image/png',
      'content-security-policy': "default-src 'none'; sandbox",
      etag,
    })
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(4, 10))).toBe(true)
    expect(Buffer.from(await (await read({ range: 'bytes=-3' })).arrayBuffer()).equals(bytes.subarray(-3))).toBe(true)

    const beyond = await read({ range: `bytes=${bytes.length}-` })
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`])
    expect(((await beyond.json()) as { error: string }).error).toBe('RangeNotSatisfiable')
    expect((await read({ range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200)

    const head = await read({}, 'HEAD')
    expect([head.status, head.headers.get('content-length'), head.headers.get('accept-ranges')]).toEqual([
      200,
      String(bytes.length),
      'bytes',
    ])
    expect(await head.text()).toBe('')
    for (const range of ['bytes=0-1', `bytes=${bytes.length}-`]) {
      const known = await read({ 'if-none-match': etag, range })
      expect([known.status, known.headers.get('etag'), await known.text()]).toEqual([304, etag, ''])
    }
    expect((await read({ 'if-none-match': '"other"', range: 'bytes=0-1' })).status).toBe(206)
    const other = await read({ 'if-match': '"other"', 'if-none-match': etag })
    expect([other.status, ((await other.json()) as { error: string }).error]).toEqual([412, 'PreconditionFailed'])
    expect((await read({ 'if-match': etag, 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' })).status).toBe(200)
    await pds.adapters.storage.transact(alice.did, (tx) => tx.blobs.setTakedown(alice.did, body.blob.ref, 'because'))
    expect((await read({ 'if-none-match': etag })).status).toBe(400)
    expect((await read({ range: 'bytes=0-1' })).status).toBe(400)
  })

  it('of text are compressed whole, and never in parts', async () => {
    const text = Buffer.from('plain words. '.repeat(1000))
    const { body } = await upload(text, 'text/plain')
    await attach(body.blob, 'one')
    const read = (headers: Record<string, string>) =>
      pds.fetch(`/xrpc/com.atproto.sync.getBlob?did=${alice.did}&cid=${body.blob.ref}`, {
        headers: { 'accept-encoding': 'gzip', ...headers },
      })
    const whole = await read({})
    expect([whole.headers.get('content-encoding'), whole.headers.get('etag')]).toEqual(['gzip', `W/"${body.blob.ref}"`])
    await whole.body?.cancel()
    const part = await read({ range: 'bytes=0-5999' })
    expect([part.status, part.headers.get('content-encoding')]).toEqual([206, null])
    expect(Buffer.from(await part.arrayBuffer()).equals(text.subarray(0, 6000))).toBe(true)
  })

  it('that were taken down are shown to their owner and the administrator only', async () => {
    const { body } = await upload(bytes, 'image/png')
    await attach(body.blob, 'one')
    await pds.adapters.storage.transact(alice.did, (tx) => tx.blobs.setTakedown(alice.did, body.blob.ref, 'because'))
    const bob = await pds.account('bob')
    const read = async (authorization?: string) => {
      const headers = new Headers(authorization ? { authorization } : {})
      const path = `/xrpc/com.atproto.sync.getBlob?did=${alice.did}&cid=${body.blob.ref}`
      return (await pds.fetch(path, { headers })).status
    }
    expect(await read()).toBe(400)
    expect(await read(`Bearer ${bob.accessJwt}`)).toBe(400)
    expect(await read(`Bearer ${alice.accessJwt}`)).toBe(200)
    expect(await read(`Basic ${btoa('admin:admin-of-the-tests')}`)).toBe(200)
    const again = await upload(bytes, 'image/png')
    expect(again.body.message).toBe('Blob has been takendown, cannot re-upload')
    expect(await read(`Basic ${btoa('admin:admin-of-the-tests')}`)).toBe(200)
    await pds.adapters.storage.transact(alice.did, (tx) => tx.blobs.setTakedown(alice.did, body.blob.ref, undefined))
    expect(await read()).toBe(200)
  })

  it('that were taken down cannot be uploaded again when nothing is left of them either', async () => {
    const { body } = await upload(bytes, 'image/png')
    const cid = parseCid(`${body.blob.ref}`)
    await pds.adapters.storage.transact(alice.did, (tx) => {
      tx.blobs.setTakedown(alice.did, cid, 'because')
      tx.blobs.markUnreferenced(alice.did, [cid], formatDatetime(new Date(Date.now() + 1000)))
    })
    expect(await pds.adapters.storage.blobs.get(alice.did, cid)).toBeUndefined()
    const again = await upload(bytes, 'image/png')
    expect({ status: again.status, message: again.body.message }).toEqual({
      status: 400,
      message: 'Blob has been takendown, cannot re-upload',
    })
  })

  it('must be as the record says', async () => {
    const { body } = await upload(bytes, 'image/png')
    expect((await attach({ ...body.blob, size: 1 }, 'one')).body).toEqual({
      error: 'InvalidSize',
      message: `Referenced Size does not match stored blob. Expected: ${bytes.length}, Got: 1`,
    })
    expect((await attach({ ...body.blob, mimeType: 'image/gif' }, 'one')).body).toEqual({
      error: 'InvalidMimeType',
      message: 'Referenced Mimetype does not match stored blob. Expected: image/png, Got: image/gif',
    })
  })

  it('keep the type of their first upload, and may be referred to by that of any', async () => {
    const words = Buffer.from('plain words')
    const edit = (blob: unknown, rkey: string) =>
      pds.post(
        'com.atproto.repo.putRecord',
        { repo: alice.did, collection: 'com.example.thing', rkey, record: { blob, edited: true } } as never,
        { token: alice.accessJwt },
      )
    const first = (await upload(words, 'text/plain')).body.blob
    expect((await attach(first, 'one')).status).toBe(200)
    const second = (await upload(words, 'text/vtt')).body.blob
    expect([first.mimeType, second.mimeType]).toEqual(['text/plain', 'text/vtt'])
    expect((await edit(first, 'one')).status).toBe(200)
    expect((await attach(second, 'two')).status).toBe(200)
    expect((await edit(second, 'two')).status).toBe(200)
    expect((await attach({ ...first, mimeType: 'text/html' }, 'three')).body.error).toBe('InvalidMimeType')
    const read = await pds.fetch(`/xrpc/com.atproto.sync.getBlob?did=${alice.did}&cid=${first.ref}`)
    expect(read.headers.get('content-type')).toBe('text/plain')
  })

  it('in the old form become references of today when a profile is edited', async () => {
    const { body } = await upload(bytes, 'image/png')
    const legacy = (cid: string) => ({
      repo: alice.did,
      collection: 'app.bsky.actor.profile',
      rkey: 'self',
      record: { avatar: { cid, mimeType: 'image/jpeg' } },
    })
    const put = (cid: string) => pds.post('com.atproto.repo.putRecord', legacy(cid), { token: alice.accessJwt })
    expect((await put(body.blob.ref.toString())).status).toBe(200)
    const read = await pds.get('com.atproto.repo.getRecord', {
      params: { repo: alice.did, collection: 'app.bsky.actor.profile', rkey: 'self' },
    })
    expect(read.body.value.avatar).toEqual(body.blob)
    expect((await put('bafkreifbopnf6ycpyfvikrfdsdgoxu2o2bjfzgqvumbc47jegy5tlhavny')).status).toBe(400)
    // The form of a CID, but of no kind that exists.
    expect((await put(`b${'a'.repeat(58)}`)).status).toBe(400)
  })

  it.each(['text/<script>', 'text/\u00e9', 'image', 'image/png/x', 'a"b/c', `${'x'.repeat(128)}/y`])(
    'of the invalid type %j are refused',
    async (type) => {
      const { status, body } = await upload(Buffer.from('words'), type)
      expect(status).toBe(400)
      expect(body.message).toContain('not a content-type')
    },
  )

  it('of a range of types are kept as unknown bytes', async () => {
    const { body } = await upload(Buffer.from('words'), 'image/*')
    expect(body.blob.mimeType).toBe('application/octet-stream')
  })

  it('over the limit are refused, and nothing of them is kept', async () => {
    const small = await PdsUnderTest.start({ PDS_BLOB_UPLOAD_LIMIT: '100' })
    const bob = await small.account('bob')
    const { status, body } = await small.upload('com.atproto.repo.uploadBlob', Buffer.alloc(101), 'image/png', {
      token: bob.accessJwt,
    })
    expect(status).toBe(413)
    expect(body.error).toMatch(/^PayloadTooLarge/)
    await small.close()
  })

  it('of one account are not another’s', async () => {
    const bob = await pds.account('bob')
    const { body } = await upload(bytes, 'image/png', bob.accessJwt)
    expect((await attach(body.blob, 'one')).body.error).toBe('BlobNotFound')
  })
})

describe('listBlobs', () => {
  it('pages through the blobs that records refer to', async () => {
    const wanted: string[] = []
    for (const content of ['one', 'two', 'three']) {
      const { body } = await pds.upload('com.atproto.repo.uploadBlob', Buffer.from(content), 'text/plain', {
        token: alice.accessJwt,
      })
      await pds.post(
        'com.atproto.repo.createRecord',
        { repo: alice.did, collection: 'com.example.thing', record: { blob: body.blob } },
        { token: alice.accessJwt },
      )
      wanted.push(body.blob.ref.toString())
    }
    const first = await pds.get('com.atproto.sync.listBlobs', { params: { did: alice.did, limit: 2 } })
    const second = await pds.get('com.atproto.sync.listBlobs', {
      params: { did: alice.did, limit: 2, cursor: first.body.cursor },
    })
    expect([...first.body.cids, ...second.body.cids].sort()).toEqual(wanted.sort())
    expect(first.body.cids).toHaveLength(2)
  })
})
