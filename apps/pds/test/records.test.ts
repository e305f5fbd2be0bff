import { blockOf, cidOfCbor } from '@atoll/data-model'
import { parseNsid, parseRecordKey } from '@atoll/syntax'
import { longIntegerRecords, oddRecords } from '@atoll/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, PdsUnderTest, type TestAccount } from './pds-under-test.ts'

let pds: PdsUnderTest
let alice: TestAccount

beforeEach(async () => {
  pds = await PdsUnderTest.start()
  alice = await pds.account('alice')
})
afterEach(() => pds.close())

const post = 'app.bsky.feed.post'
const createdAt = '2026-01-02T03:04:05.678Z'
const call = (method: string, input: object) =>
  pds.post(`com.atproto.repo.${method}`, { repo: alice.did, ...input } as never, { token: alice.accessJwt })
const latest = async () => (await pds.get('com.atproto.sync.getLatestCommit', { params: { did: alice.did } })).body
const refusal = ({ status, body }: Answer) => ({ status, error: body.error })

describe('createRecord', () => {
  it('returns the commit that holds the record', async () => {
    const { status, body } = await call('createRecord', { collection: post, record: { text: 'hello', createdAt } })
    expect(status).toBe(200)
    expect(body.uri).toMatch(new RegExp(`^at://${alice.did}/${post}/[2-7a-z]{13}$`))
    expect(body.validationStatus).toBe('valid')
    expect(body.commit).toEqual(await latest())
    const read = await pds.get('com.atproto.repo.getRecord', {
      params: { repo: 'alice.test', collection: post, rkey: body.uri.split('/').at(-1) },
    })
    expect(read.body).toEqual({ uri: body.uri, cid: body.cid, value: { $type: post, text: 'hello', createdAt } })
  })

  it('makes record keys that rise', async () => {
    const keys: string[] = []
    for (let index = 0; index < 20; index++) keys.push((await pds.postOf(alice, `post ${index}`)).rkey)
    expect(keys).toEqual([...keys].sort())
  })

  it('takes the only key that a type allows', async () => {
    const { body } = await call('createRecord', {
      collection: 'app.bsky.actor.profile',
      record: { displayName: 'Alice' },
    })
    expect(body.uri).toBe(`at://${alice.did}/app.bsky.actor.profile/self`)
  })

  it.each([
    [
      'another $type',
      { collection: post, record: { $type: 'app.bsky.feed.like' } },
      /^Invalid \$type: expected app.bsky.feed.post, got app.bsky.feed.like$/,
    ],
    [
      'a record that breaks its schema',
      { collection: post, record: { text: 5, createdAt } },
      /^Invalid app.bsky.feed.post record/,
    ],
    [
      'a key that the type does not take',
      { collection: 'app.bsky.actor.profile', rkey: 'other', record: {} },
      /record key/,
    ],
    [
      'a type without a key of its own',
      { collection: 'com.atproto.lexicon.schema', record: {}, validate: false },
      /NSID/,
    ],
    [
      'an unknown type that must be known',
      { collection: 'com.example.thing', validate: true, record: {} },
      /com.example.thing/,
    ],
    [
      'a key that is there already',
      { collection: 'com.example.thing', rkey: 'one', record: {} },
      /^There is already a record at com.example.thing\/one$/,
      'RecordAlreadyExists',
    ],
    [
      'a blob in the old form',
      {
        collection: 'com.example.thing',
        record: {
          image: { cid: 'bafkreifbopnf6ycpyfvikrfdsdgoxu2o2bjfzgqvumbc47jegy5tlhavny', mimeType: 'image/png' },
        },
      },
      /Legacy blobs are not allowed/,
    ],
    [
      'a blob that was never uploaded',
      {
        collection: 'com.example.thing',
        record: {
          image: {
            $type: 'blob',
            ref: { $link: 'bafkreifbopnf6ycpyfvikrfdsdgoxu2o2bjfzgqvumbc47jegy5tlhavny' },
            mimeType: 'image/png',
            size: 5,
          },
        },
      },
      /Could not find blob/,
    ],
  ] as [string, object, RegExp, string?][])('refuses %s, and changes nothing', async (_, input, message, error) => {
    await call('createRecord', { collection: 'com.example.thing', rkey: 'one', record: { first: true } })
    const before = await latest()
    const response = await pds.fetch('/xrpc/com.atproto.repo.createRecord', {
      method: 'POST',
      body: JSON.stringify({ repo: alice.did, ...input }),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${alice.accessJwt}` },
    })
    const body = (await response.json()) as { error: string; message: string }
    expect(response.status).toBe(400)
    expect(body.message).toMatch(message)
    if (error !== undefined) expect(body.error).toBe(error)
    expect(await latest()).toEqual(before)
  })

  it('lets one of ten concurrent calls make a record, and refuses the others with RecordAlreadyExists', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        call('createRecord', { collection: 'com.example.thing', rkey: 'one', record: { n } }),
      ),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status, body }) => status === 400 && body.error === 'RecordAlreadyExists')).toHaveLength(9)
  })

  it('accepts unknown types, and says so', async () => {
    const unset = await call('createRecord', { collection: 'com.example.thing', record: { any: 1 } })
    expect(unset.body.validationStatus).toBe('unknown')
    const unchecked = await call('createRecord', { collection: post, validate: false, record: { text: 5 } })
    expect(unchecked.body).not.toHaveProperty('validationStatus')
  })

  it('refuses floats, integers past 2^53, and JSON of more levels than a record may have', async () => {
    const send = async (record: string) => {
      const response = await pds.fetch('/xrpc/com.atproto.repo.createRecord', {
        method: 'POST',
        body: `{"repo":"${alice.did}","collection":"com.example.thing","record":${record}}`,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${alice.accessJwt}` },
      })
      return { status: response.status, error: ((await response.json()) as { error: string }).error }
    }
    expect(await send('{"a":1.5}')).toEqual({ status: 400, error: 'InvalidRequest' })
    expect(await send('{"a":9007199254740993}')).toEqual({ status: 400, error: 'InvalidRequest' })
    for (const levels of [32, 33, 60, 62, 63, 64, 100]) {
      expect(await send(`{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`), `${levels} levels`).toEqual({
        status: 400,
        error: 'InvalidRequest',
      })
    }
  })

  it('takes records up to about a megabyte', async () => {
    const create = (length: number) =>
      call('createRecord', { collection: 'com.example.thing', record: { text: 'x'.repeat(length) } })
    expect((await create(900_000)).status).toBe(200)
    const { status, body } = await create(1_000_000)
    expect({ status, body }).toEqual({
      status: 413,
      body: { error: 'PayloadTooLargeError', message: 'request entity too large' },
    })
  })

  it('refuses the repository of another', async () => {
    const bob = await pds.account('bob')
    const answer = await pds.post(
      'com.atproto.repo.createRecord',
      { repo: alice.did, collection: post, record: { text: 'not mine', createdAt } },
      { token: bob.accessJwt },
    )
    expect(refusal(answer)).toEqual({ status: 401, error: 'AuthenticationRequired' })
  })

  it('lets one of a hundred writes with the same swapCommit through', async () => {
    const { cid } = await latest()
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        call('createRecord', { collection: post, record: { text: `racer ${index}`, createdAt }, swapCommit: cid }),
      ),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter((answer) => answer.body.error === 'InvalidSwap')).toHaveLength(99)
  })
})

describe('putRecord', () => {
  const put = (input: object) => call('putRecord', { collection: 'app.bsky.actor.profile', rkey: 'self', ...input })

  it('creates, then updates', async () => {
    const first = await put({ record: { displayName: 'Alice' } })
    const second = await put({ record: { displayName: 'Alice B.' } })
    expect(first.body.commit.rev < second.body.commit.rev).toBe(true)
    const { body } = await pds.get('com.atproto.repo.getRecord', {
      params: { repo: alice.did, collection: 'app.bsky.actor.profile', rkey: 'self' },
    })
    expect(body.value).toEqual({ $type: 'app.bsky.actor.profile', displayName: 'Alice B.' })
  })

  it('makes no commit for a value that is there already', async () => {
    await put({ record: { displayName: 'Alice' } })
    const before = await latest()
    const { status, body } = await put({ record: { displayName: 'Alice' } })
    expect(status).toBe(200)
    expect(body).not.toHaveProperty('commit')
    expect(await latest()).toEqual(before)
  })

  it('compares with the record that the caller saw', async () => {
    const first = await put({ record: { displayName: 'one' }, swapRecord: null })
    expect(first.status).toBe(200)
    expect(refusal(await put({ record: { displayName: 'two' }, swapRecord: null }))).toEqual({
      status: 400,
      error: 'InvalidSwap',
    })
    expect((await put({ record: { displayName: 'two' }, swapRecord: first.body.cid })).status).toBe(200)
    expect(refusal(await put({ record: { displayName: 'three' }, swapRecord: first.body.cid }))).toEqual({
      status: 400,
      error: 'InvalidSwap',
    })
  })
})

describe('deleteRecord', () => {
  it('deletes, and is content with what is gone already', async () => {
    const { rkey } = await pds.postOf(alice, 'for a moment')
    const first = await call('deleteRecord', { collection: post, rkey })
    expect(first.body.commit).toEqual(await latest())
    const second = await call('deleteRecord', { collection: post, rkey })
    expect({ status: second.status, body: second.body }).toEqual({ status: 200, body: {} })
    const read = await pds.get('com.atproto.repo.getRecord', { params: { repo: alice.did, collection: post, rkey } })
    expect(refusal(read)).toEqual({ status: 400, error: 'RecordNotFound' })
    expect(read.body.message).toBe(`Could not locate record: at://${alice.did}/${post}/${rkey}`)
  })
})

describe('a swap that does not fit', () => {
  const other = 'bafyreie5cvv4h45feadgeuwhbcutmh6t2ceseocckahdoe6uat64zmz454'

  it.each([
    ['createRecord', { record: {}, swapCommit: other }],
    ['putRecord', { rkey: 'here', record: { n: 2 }, swapCommit: other }],
    ['putRecord', { rkey: 'here', record: { n: 2 }, swapRecord: other }],
    ['putRecord', { rkey: 'here', record: { n: 2 }, swapRecord: null }],
    ['putRecord', { rkey: 'not-here', record: { n: 2 }, swapRecord: other }],
    ['deleteRecord', { rkey: 'here', swapCommit: other }],
    ['deleteRecord', { rkey: 'here', swapRecord: other }],
    ['applyWrites', { writes: [], swapCommit: other }],
  ])('is refused by %s %j, and nothing changes', async (method, input) => {
    await call('createRecord', { collection: 'com.example.thing', rkey: 'here', record: { n: 1 } })
    const before = await latest()
    const answer = await call(method, { collection: 'com.example.thing', ...input })
    expect(refusal(answer)).toEqual({ status: 400, error: 'InvalidSwap' })
    expect(await latest()).toEqual(before)
  })

  it('goes through when it fits', async () => {
    const put = (record: object, more: object) =>
      call('putRecord', { collection: 'com.example.thing', rkey: 'here', record, ...more })
    const { body: first } = await put({ n: 1 }, { swapRecord: null, swapCommit: (await latest()).cid })
    const { body: second } = await put({ n: 2 }, { swapRecord: first.cid, swapCommit: first.commit.cid })
    const gone = await call('deleteRecord', {
      collection: 'com.example.thing',
      rkey: 'here',
      swapRecord: second.cid,
      swapCommit: second.commit.cid,
    })
    expect(gone.status).toBe(200)
    expect((await call('applyWrites', { writes: [], swapCommit: (await latest()).cid })).status).toBe(200)
  })
})

describe('a delete of what is gone', () => {
  it('is content whatever the caller saw before', async () => {
    const { rkey, cid } = await pds.postOf(alice, 'for a moment')
    const { cid: stale } = await latest()
    expect((await call('deleteRecord', { collection: post, rkey, swapRecord: cid, swapCommit: stale })).status).toBe(
      200,
    )
    const again = await call('deleteRecord', { collection: post, rkey, swapRecord: cid, swapCommit: stale })
    expect({ status: again.status, body: again.body }).toEqual({ status: 200, body: {} })
  })
})

describe('a repository that is not here', () => {
  it.each([
    ['createRecord', { record: {} }],
    ['putRecord', { rkey: 'x', record: {} }],
    ['deleteRecord', { rkey: 'x' }],
    ['applyWrites', { writes: [] }],
  ])('cannot be written by %s', async (method, input) => {
    for (const repo of ['nobody.test', 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa']) {
      const { status, body } = await call(method, { collection: 'com.example.thing', ...input, repo })
      expect({ status, body }).toEqual({
        status: 400,
        body: { error: 'InvalidRequest', message: `Could not find repo: ${repo}` },
      })
    }
  })
})

describe('applyWrites', () => {
  const write = (kind: string, input: object) => ({
    $type: `com.atproto.repo.applyWrites#${kind}`,
    collection: 'com.example.thing',
    ...input,
  })

  it('commits a batch at once, with results in its order', async () => {
    await call('createRecord', { collection: 'com.example.thing', rkey: 'old', record: {} })
    const { status, body } = await call('applyWrites', {
      writes: [
        write('create', { rkey: 'a', value: { n: 1 } }),
        write('update', { rkey: 'old', value: { n: 2 } }),
        write('create', { value: { n: 3 } }),
      ],
    })
    expect(status).toBe(200)
    expect(body.commit).toEqual(await latest())
    expect(body.results.map(({ $type }: { $type: string }) => $type.split('#')[1])).toEqual([
      'createResult',
      'updateResult',
      'createResult',
    ])
  })

  it.each([
    ['a create of what is there', [write('create', { rkey: 'old', value: {} })], 'RecordAlreadyExists'],
    ['an update of what is not there', [write('update', { rkey: 'none', value: {} })]],
    ['a delete of what is not there', [write('delete', { rkey: 'none' })]],
    [
      'the same key twice',
      [write('create', { rkey: 'x', value: { n: 1 } }), write('create', { rkey: 'x', value: { n: 2 } })],
    ],
    ['201 writes', Array.from({ length: 201 }, () => write('create', { value: {} }))],
  ] as [string, object[], string?][])('refuses %s whole', async (_, writes, error = 'InvalidRequest') => {
    await call('createRecord', { collection: 'com.example.thing', rkey: 'old', record: {} })
    const before = await latest()
    expect(
      refusal(await call('applyWrites', { writes: [write('create', { rkey: 'good', value: {} }), ...writes] })),
    ).toEqual({ status: 400, error })
    expect(await latest()).toEqual(before)
  })
})

/** Every way to write a record: createRecord, putRecord, and the two of applyWrites. */
function ways(collection: string, rkey: string, value: object, validate: boolean | undefined) {
  const single = { collection, rkey, record: value, validate }
  const batch = (action: 'create' | 'update') => ({
    validate,
    writes: [{ $type: `com.atproto.repo.applyWrites#${action}`, collection, rkey, value }],
  })
  return [
    ['createRecord', single],
    ['putRecord', single],
    ['applyWrites', batch('create')],
    ['applyWrites', batch('update')],
  ] as const
}

describe('the key __proto__', () => {
  const collection = 'com.example.thing'
  const send = async (method: string, body: string, query = '') => {
    const response = await pds.fetch(`/xrpc/${method}${query}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${alice.accessJwt}` },
    })
    return { status: response.status, body: (await response.json()) as { error: string; message: string } }
  }

  it.each([
    ['at the top', '{"__proto__":{"a":1}}', '/__proto__'],
    ['further down', '{"a":[{"b":{"__proto__":"text"}}]}', '/a/0/b/__proto__'],
    ['escaped', '{"a":{"\\u005f_proto__":null}}', '/a/__proto__'],
    ['in a large record', `{"a":"${'x'.repeat(100_000)}","__proto__":{}}`, '/__proto__'],
  ])('is refused in what is written: %s', async (_, record, path) => {
    const before = await latest()
    const target = `"repo":"${alice.did}","collection":"${collection}","rkey":"a"`
    const applied = (action: string) =>
      `{"repo":"${alice.did}","writes":[{"$type":"com.atproto.repo.applyWrites#${action}","collection":"${collection}","rkey":"a","value":${record}}]}`
    for (const validate of ['', ',"validate":false']) {
      for (const [method, body, at] of [
        ['createRecord', `{${target},"record":${record}${validate}}`, '/record'],
        ['putRecord', `{${target},"record":${record}${validate}}`, '/record'],
        ['applyWrites', applied('create'), '/writes/0/value'],
        ['applyWrites', applied('update'), '/writes/0/value'],
      ] as const) {
        const answer = await send(`com.atproto.repo.${method}`, body)
        expect(answer, method).toEqual({
          status: 400,
          body: {
            error: 'InvalidRequest',
            message: `the request body is not valid: Invalid key: __proto__ at ${at}${path}`,
          },
        })
      }
    }
    expect(await latest()).toEqual(before)
  })

  it('is refused beside the fields of any input, and as a parameter', async () => {
    const { status, body } = await send(
      'com.atproto.server.createSession',
      `{"identifier":"alice.test","password":"password of alice","__proto__":{"allowTakendown":true}}`,
    )
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'InvalidRequest' })
    const read = await pds.fetch(
      `/xrpc/com.atproto.repo.listRecords?repo=${alice.did}&collection=${collection}&__proto__=x`,
    )
    expect({ status: read.status, body: await read.json() }).toEqual({
      status: 400,
      body: { error: 'InvalidRequest', message: 'Invalid params: /__proto__ is not a name for a parameter' },
    })
  })
})

describe('a record key of another kind than the type takes', () => {
  it.each([
    ['app.bsky.actor.profile', 'other', {}],
    [post, 'no-tid', { text: 'hello', createdAt }],
    ['com.atproto.lexicon.schema', 'com.Example.note', { lexicon: 1 }],
  ])('is let through with validate: false alone: %s/%s', async (collection, rkey, value) => {
    for (const validate of [true, undefined]) {
      for (const [method, input] of ways(collection, rkey, value, validate)) {
        const { status, body } = await call(method, input)
        expect({ status, error: body.error }, `${method} ${validate}`).toEqual({ status: 400, error: 'InvalidRequest' })
        expect(body.message).toMatch(/^Invalid record key for /)
      }
    }
    const [create, put, applyCreate, applyUpdate] = ways(collection, rkey, { ...value, n: 1 }, false)
    const remove = () => call('deleteRecord', { collection, rkey })
    for (const [method, input] of [put, applyUpdate]) {
      await call(...create)
      const { status, body } = await call(method, input)
      expect(status, JSON.stringify(body)).toBe(200)
      await remove()
    }
    for (const [method, input] of [create, put, applyCreate]) {
      expect((await call(method, input)).status, method).toBe(200)
      await remove()
    }
  })

  it.each(['', '.', '..', 'a/b', 'a b', 'é', 'x'.repeat(513)])('must be a record key even so: %j', async (rkey) => {
    const before = await latest()
    for (const [method, input] of ways('com.example.thing', rkey, {}, false)) {
      expect(refusal(await call(method, input)), method).toEqual({ status: 400, error: 'InvalidRequest' })
    }
    expect(await latest()).toEqual(before)
  })
})

describe('a collection whose domain is not in lower case', () => {
  it.each([
    ['App.Bsky.feed.post', 'app.bsky.feed.post'],
    ['com.Example.note', 'com.example.note'],
  ])('is refused by every write of a record: %s', async (collection, normalized) => {
    const before = await latest()
    for (const validate of [true, undefined, false]) {
      for (const [method, input] of ways(collection, '3jzfcijpj2z2a', {}, validate)) {
        const { status, body } = await call(method, input)
        expect({ status, body }, `${method} ${validate}`).toEqual({
          status: 400,
          body: { error: 'InvalidRequest', message: `Invalid collection: ${collection} is written ${normalized}` },
        })
      }
    }
    expect(await latest()).toEqual(before)
  })

  it('is a matter of the domain alone: names keep their case', async () => {
    expect((await call('createRecord', { collection: 'com.example.aNote', record: {} })).status).toBe(200)
    expect((await call('createRecord', { collection: 'com.example.anote', record: {} })).status).toBe(200)
  })

  it('can be read and deleted from, as an empty one', async () => {
    const params = { repo: alice.did, collection: 'com.Example.note' }
    expect((await pds.get('com.atproto.repo.listRecords', { params })).body.records).toEqual([])
    const { status, body } = await call('deleteRecord', { collection: 'com.Example.note', rkey: 'x' })
    expect({ status, body }).toEqual({ status: 200, body: {} })
  })
})

describe('listRecords', () => {
  it.each([
    ['at once when they are short', 100, false],
    ['after a turn of the event loop when they are long', 400_000, true],
  ])('writes the records it has read %s, and gives them back', async (_, length, isLater) => {
    const alice = await pds.account(`pages${length}`)
    const collection = 'com.example.page'
    const record = { $type: collection, text: 'x'.repeat(length) }
    const input = { repo: alice.did, collection, record }
    await pds.post('com.atproto.repo.createRecord', input, { token: alice.accessJwt })
    const { records } = pds.adapters.storage
    const list = records.list.bind(records)
    let hasTurned = false
    const turnedBefore: boolean[] = []
    records.list = async (...page) => {
      const listed = await list(...page)
      hasTurned = false
      setImmediate(() => (hasTurned = true))
      return listed
    }
    records.release = () => void turnedBefore.push(hasTurned)
    const { body } = await pds.get('com.atproto.repo.listRecords', { params: { repo: alice.did, collection } })
    records.list = list
    delete records.release
    expect(body.records).toHaveLength(1)
    expect(turnedBefore).toEqual([isLater])
  })

  it('pages from the newest to the oldest, and the other way', async () => {
    const keys: string[] = []
    for (let index = 0; index < 5; index++) keys.push((await pds.postOf(alice, `post ${index}`)).rkey)
    const page = async (params: object) => {
      const { body } = await pds.get('com.atproto.repo.listRecords', {
        params: { repo: alice.did, collection: post, ...params },
      })
      return { keys: body.records.map(({ uri }: { uri: string }) => uri.split('/').at(-1)), cursor: body.cursor }
    }
    const [k0, k1, k2, k3, k4] = keys
    expect(await page({ limit: 2 })).toEqual({ keys: [k4, k3], cursor: k3 })
    expect(await page({ limit: 2, cursor: k3 })).toEqual({ keys: [k2, k1], cursor: k1 })
    expect(await page({ limit: 2, reverse: true })).toEqual({ keys: [k0, k1], cursor: k1 })
    expect(await page({ cursor: k0 })).toEqual({ keys: [], cursor: undefined })
    // Clients that have no cursor yet send an empty one.
    expect(await page({ limit: 2, cursor: '' })).toEqual({ keys: [k4, k3], cursor: k3 })
  })

  it.each([
    ['a malformed link', { $type: post, link: { $link: 'no link' } }],
    ['the key __proto__', JSON.parse(`{"$type":"${post}","a":[{"__proto__":{"b":1}}]}`)],
  ])('leaves out a record that has no form in JSON, and lists the others: %s', async (_, value) => {
    const { storage } = pds.adapters
    const keys: string[] = []
    const bring = async (rkey: string) => {
      const head = (await storage.repos.head(alice.did))!
      const odd = blockOf(value)
      const record = { collection: parseNsid(post), rkey: parseRecordKey(rkey), cid: odd.cid }
      await storage.transact(alice.did, (tx) =>
        tx.repo.apply({ did: alice.did, prev: head, head, added: [odd], removed: [], records: [record], blobs: [] }),
      )
    }
    await bring('2aaaaaaaaaaaa')
    for (const text of ['one', 'two']) keys.push((await pds.postOf(alice, text)).rkey)
    await bring('3zzzzzzzzzzzz')
    const params = { repo: alice.did, collection: post }
    const { status, body } = await pds.get('com.atproto.repo.listRecords', { params })
    expect(status).toBe(200)
    expect(body.records.map(({ uri }: { uri: string }) => uri.split('/').at(-1))).toEqual(keys.reverse())
    expect(body.cursor).toBe('2aaaaaaaaaaaa')
    const one = await pds.get('com.atproto.repo.getRecord', { params: { ...params, rkey: '3zzzzzzzzzzzz' } })
    expect(refusal(one)).toEqual({ status: 400, error: 'InvalidRequest' })
    expect(pds.errors).toEqual([])
  })

  it('lists the others beside records that are not of the data model, and 64-bit integers in full', async () => {
    const { storage } = pds.adapters
    const head = (await storage.repos.head(alice.did))!
    const blocks = [...longIntegerRecords, ...oddRecords].map(({ bytes }) => ({ cid: cidOfCbor(bytes), bytes }))
    const collection = parseNsid('com.example.note')
    const records = blocks.map(({ cid }, index) => ({ collection, rkey: parseRecordKey(`n${index}`), cid }))
    await storage.transact(alice.did, (tx) =>
      tx.repo.apply({ did: alice.did, prev: head, head, added: blocks, removed: [], records, blobs: [] }),
    )
    const search = new URLSearchParams({ repo: alice.did, collection, reverse: 'true', limit: '100' })
    const page = await pds.fetch(`/xrpc/com.atproto.repo.listRecords?${search}`)
    expect(page.status).toBe(200)
    const text = await page.text()
    for (const { integer } of longIntegerRecords) expect(text).toContain(`"odd":${integer},`)
    // What is wrong with the `$type` of a map does not keep it from being written as JSON.
    const untyped = oddRecords.filter(({ reason }) => reason === 'type')
    expect(JSON.parse(text).records).toHaveLength(longIntegerRecords.length + untyped.length)
    for (const [index, { what, reason }] of oddRecords.entries()) {
      const rkey = `n${longIntegerRecords.length + index}`
      const one = await pds.fetch(
        `/xrpc/com.atproto.repo.getRecord?${new URLSearchParams({ repo: alice.did, collection, rkey })}`,
      )
      const { error } = (await one.json()) as { error?: string }
      expect([what, one.status, error]).toEqual(
        reason === 'type' ? [what, 200, undefined] : [what, 400, 'InvalidRequest'],
      )
    }
    expect(pds.errors).toEqual([])
  })

  it.each([
    ['records of 1 MB', () => ({ $type: post, bytes: new Uint8Array(990_000) })],
    ['text that grows sixfold in JSON', (n: number) => ({ $type: post, text: `${n}${'\x01'.repeat(300_000)}` })],
  ])('pages end at about 2 MiB and lose nothing: %s', async (_, value) => {
    const { storage } = pds.adapters
    const head = (await storage.repos.head(alice.did))!
    const blocks = Array.from({ length: 12 }, (_, n) => blockOf({ ...value(n), n }))
    const rkeys = blocks.map((_, n) => parseRecordKey(`key${10 + n}`))
    const records = blocks.map(({ cid }, n) => ({ collection: parseNsid(post), rkey: rkeys[n]!, cid }))
    await storage.transact(alice.did, (tx) =>
      tx.repo.apply({ did: alice.did, prev: head, head, added: blocks, removed: [], records, blobs: [] }),
    )
    const seen: string[] = []
    for (let cursor = ''; ; ) {
      const search = new URLSearchParams({ repo: alice.did, collection: post, limit: '100', reverse: 'true', cursor })
      const text = await (await pds.fetch(`/xrpc/com.atproto.repo.listRecords?${search}`)).text()
      expect(text.length).toBeLessThan(5 * 1024 * 1024)
      const page = JSON.parse(text)
      if (page.records.length === 0) break
      seen.push(...page.records.map(({ uri }: { uri: string }) => uri.split('/').at(-1)))
      cursor = page.cursor
    }
    expect(seen).toEqual(rkeys)
  })

  it('refuses a limit over 100', async () => {
    expect(
      refusal(
        await pds.get('com.atproto.repo.listRecords', { params: { repo: alice.did, collection: post, limit: 101 } }),
      ),
    ).toEqual({ status: 400, error: 'InvalidRequest' })
  })
})

describe('describeRepo', () => {
  it('tells the collections, and whether the handle is confirmed by the DID', async () => {
    await pds.postOf(alice, 'hello')
    const { body } = await pds.get('com.atproto.repo.describeRepo', { params: { repo: 'alice.test' } })
    expect(body).toMatchObject({ did: alice.did, handle: 'alice.test', handleIsCorrect: true, collections: [post] })
    expect(body.didDoc.id).toBe(alice.did)
  })

  it('says so when the DID cannot be resolved, which is no fault of the server', async () => {
    let down = false
    const { plcFetch } = pds.adapters
    const other = await PdsUnderTest.start(
      { PDS_DID_CACHE_MAX_TTL: '0', PDS_DID_CACHE_STALE_TTL: '0' },
      { plcFetch: (url, init) => (down ? Promise.reject(new Error('down')) : plcFetch(url, init)) },
    )
    const bob = await other.account('bob')
    down = true
    const { body } = await other.get('com.atproto.repo.describeRepo', { params: { repo: bob.did } })
    expect(body).toEqual({ error: 'InvalidRequest', message: `Could not resolve DID: ${bob.did}` })
    await other.close()
  })

  it.each(['"weight":1.5', '"__proto__":{"a":1}'])(
    'refuses a DID document that no output can hold, and sessions leave it out: %s',
    async (member) => {
      const { plcFetch } = pds.adapters
      const other = await PdsUnderTest.start(
        { PDS_DID_CACHE_MAX_TTL: '0', PDS_DID_CACHE_STALE_TTL: '0', PDS_ENABLE_DID_DOC_WITH_SESSION: 'true' },
        {
          plcFetch: async (url, init) => {
            const response = await plcFetch(url, init)
            if (init?.method === 'POST' || !/\/did:plc:\w+$/.test(String(url)) || !response.ok) return response
            return new Response((await response.text()).replace(/\}\s*$/, `,${member}}`), response)
          },
        },
      )
      const bob = await other.account('bob')
      const { body } = await other.get('com.atproto.repo.describeRepo', { params: { repo: bob.did } })
      expect(body).toEqual({ error: 'InvalidRequest', message: `DID document is not of the data model: ${bob.did}` })
      const session = await other.get('com.atproto.server.getSession', { token: bob.accessJwt })
      expect(session.status).toBe(200)
      expect(session.body).not.toHaveProperty('didDoc')
      expect(other.errors).toEqual([])
      await other.close()
    },
  )

  it('refuses a repository that is not here', async () => {
    const answer = await pds.get('com.atproto.repo.describeRepo', { params: { repo: 'nobody.test' } })
    expect(answer.body).toEqual({ error: 'RepoNotFound', message: 'Could not find repo for DID: nobody.test' })
  })
})
